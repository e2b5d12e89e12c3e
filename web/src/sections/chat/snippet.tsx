import { useState } from 'react';
import { Copy } from '../../parts/value';

const quoted = (text: string) => JSON.stringify(text);

const SNIPPETS = {
  Python: (origin: string, model: string, text: string) => `from openai import OpenAI

client = OpenAI(base_url=${quoted(`${origin}/v1`)}, api_key="local")
answer = client.chat.completions.create(
    model=${quoted(model)},
    messages=[{"role": "user", "content": ${quoted(text)}}],
)
print(answer.choices[0].message.content)
for source in answer.attribution["sources"]:
    print(source["share_ppm"], source["contributor_name"], source["answer"])`,
  TypeScript: (origin: string, model: string, text: string) => `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${quoted(`${origin}/v1`)}, apiKey: "local" });
const answer = await client.chat.completions.create({
  model: ${quoted(model)},
  messages: [{ role: "user", content: ${quoted(text)} }],
});
console.log(answer.choices[0].message.content, answer.attribution);`,
  curl: (origin: string, model: string, text: string) => `curl ${origin}/v1/chat/completions \\
  -H 'authorization: Bearer local' -H 'content-type: application/json' \\
  -d '${JSON.stringify({ model, messages: [{ role: 'user', content: text }] }).replaceAll("'", "'\\''")}'`,
};
type Language = keyof typeof SNIPPETS;

/** The same question from code, with a stock OpenAI client. */
export function Snippet({ model, text }: { model: string; text: string }) {
  const [language, setLanguage] = useState<Language>('Python');
  const code = SNIPPETS[language](location.origin, model, text);
  return (
    <details>
      <summary>Ask from code</summary>
      <div className="stack">
        <div className="row spread ends">
          <label className="field">
            <span>Language</span>
            <select value={language} onChange={({ target }) => setLanguage(target.value as Language)}>
              {Object.keys(SNIPPETS).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <Copy text={code} label="Copy" />
        </div>
        <pre className="code" tabIndex={0} role="region" aria-label={`${language} code`}>
          {code}
        </pre>
        <p className="small soft">Any OpenAI client works unchanged; the sources come along in the field “attribution”.</p>
      </div>
    </details>
  );
}
