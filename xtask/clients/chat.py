"""The stock `openai` package against a running node: models, chat, streaming, errors."""

import sys

import openai

url, api_key, model, question = sys.argv[1:]
client = openai.OpenAI(base_url=f"{url}/v1", api_key=api_key, max_retries=0)

names = {entry.id for entry in client.models.list()}
assert model in names, f"{model} is not among {names}"

messages = [{"role": "user", "content": question}]
answer = client.chat.completions.create(model=model, messages=messages, temperature=0)
text = answer.choices[0].message.content
assert answer.object == "chat.completion" and answer.choices[0].finish_reason in ("stop", "length")
assert answer.usage.prompt_tokens > 0 and answer.usage.completion_tokens > 0
shares = answer.attribution["sources"]
total = sum(source["share_ppm"] for source in shares) + answer.attribution["unattributed_ppm"]
assert total == 1_000_000, f"shares sum to {total}"

stream = client.chat.completions.create(
    model=model, messages=messages, temperature=0, stream=True, stream_options={"include_usage": True}
)
pieces, usage = [], None
for chunk in stream:
    usage = chunk.usage or usage
    pieces += [choice.delta.content or "" for choice in chunk.choices]
assert "".join(pieces) == text, "the stream says what the whole answer says"
assert usage.completion_tokens == answer.usage.completion_tokens

plain = client.completions.create(model=model, prompt=question, max_tokens=4, temperature=0)
assert plain.object == "text_completion" and plain.usage.completion_tokens <= 4


def refused(error, code, **changes):
    try:
        client.chat.completions.create(**{"model": model, "messages": messages, **changes})
    except error as refusal:
        assert refusal.code == code, f"{refusal.code} is not {code}"
        return
    raise AssertionError(f"{changes} was not refused")


refused(openai.NotFoundError, "model_not_found", model="no-such-adapter")
refused(openai.BadRequestError, "context_length_exceeded", messages=[{"role": "user", "content": "word " * 5000}])
stranger = openai.OpenAI(base_url=f"{url}/v1", api_key="not-a-key", max_retries=0)
try:
    stranger.chat.completions.create(model=model, messages=messages)
    raise AssertionError("an unknown key was accepted")
except openai.AuthenticationError:
    pass
print(f"openai {openai.__version__}: {text!r}")
