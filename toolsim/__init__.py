"""toolsim: a factory for tool-use dialogues whose truth comes from execution."""

__version__ = "0.1.0"
