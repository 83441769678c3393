"""The rule language: small, safe expressions that packs use for guards, formulas and tables."""

from toolsim.taxonomy.rules.compiler import Compiled, Scope, compile_rule, names_in
from toolsim.taxonomy.rules.types import Env, Row, Rows, Type, type_of_field

__all__ = ["Compiled", "Env", "Row", "Rows", "Scope", "Type", "compile_rule", "names_in", "type_of_field"]
