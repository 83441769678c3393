"""A mock OpenAI-compatible endpoint on loopback, for tests and benchmarks: `python -m toolsim.models.mock --port 8100`.

What it says is settled by the request and the seed. Lines of the last user or system message that begin with `mock:` direct it:

    mock:say TEXT        answer with the text
    mock:echo            answer with the message itself, these lines left out
    mock:call JSON       call a tool, {"name": ..., "arguments": ...}; one line for each call
    mock:then TEXT       answer so once the results of the calls are there
    mock:json JSON       answer with the JSON as it stands
    mock:think TEXT      think so beside the answer
    mock:fault NAME      fail so, every time (see `faults`)

Without directions it plays the role that the request asks for: a juror or tool where a schema is given (a value that meets
it), an assistant where tools are offered (a call of the tool that shares most words, then a report of the results), else a
speaker with a stock of sentences. It answers in the language of the last message, with calls as text where tools are offered so.
The parts of `toolsim simulate` it plays rightly: it drafts tasks that it can read back, says what is planned, makes the calls,
and answers them with what was given and shown.
"""
