import { useState, type FormEvent, type KeyboardEvent } from 'react';
import { useAccounts, useAdapters, useModels, useRecords } from '../api/queries';
import type { Adapter, ModelCard } from '../api/types';
import { share } from '../format';
import { EvidenceLegend } from '../parts/evidence';
import { Empty, Show } from '../parts/states';
import { Amount } from '../parts/value';
import { href } from '../route';
import { MarkedAnswer } from './chat/answer';
import { AskFailure, Payer } from './chat/payer';
import { Snippet } from './chat/snippet';
import { Sources } from './chat/sources';
import { halt, put, useThread, type Exchange } from './chat/thread';

/** Questions that the adapter's own records answer. */
function Suggestions({ datanet, pick }: { datanet: string; pick: (text: string) => void }) {
  const { data } = useRecords(datanet, 0, 3, '');
  if (!data || data.records.length === 0) return null;
  return (
    <div className="suggestions" role="group" aria-label="Questions from its records">
      {data.records.map((record) => (
        <button key={record.id} type="button" onClick={() => pick(record.question)}>
          {record.question}
        </button>
      ))}
    </div>
  );
}

function Ask({ models, adapters, wanted }: { models: ModelCard[]; adapters: Adapter[]; wanted: string | null }) {
  const { data: accounts } = useAccounts();
  const [chosen, setChosen] = useState(wanted);
  const [payer, setPayer] = useState('local');
  const [text, setText] = useState('');
  const [retrieve, setRetrieve] = useState(true);
  const newest = useThread()[0];
  const busy = newest?.state === 'asking';
  const model = chosen ?? adapters.at(-1)?.name ?? models[0]?.id ?? 'base';
  const adapter = adapters.find(({ name }) => name === model);
  const send = (question = text) => {
    if (!question.trim() || busy) return;
    const api_key = accounts?.find(({ name }) => name === payer)?.api_key ?? 'local';
    void put({ model, text: question.trim(), account: payer, api_key, retrieve });
    setText('');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const enter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="ask stack" onSubmit={submit}>
      <label>
        <span className="visually-hidden">Question</span>
        <textarea
          rows={1}
          value={text}
          placeholder={`Ask ${model}`}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={enter}
        />
      </label>
      {adapter && !text && <Suggestions datanet={adapter.datanet} pick={(question) => send(question)} />}
      <div className="row spread ends">
        <div className="row" style={{ alignItems: 'flex-start' }}>
          <label className="field">
            <span>Model</span>
            <select value={model} onChange={({ target }) => setChosen(target.value)}>
              {models.map(({ id, parent }) => (
                <option key={id} value={id}>
                  {parent ? id : `${id} (base, no records)`}
                </option>
              ))}
            </select>
          </label>
          <Payer account={payer} onChange={setPayer} />
        </div>
        <label className="row small">
          <input type="checkbox" checked={retrieve} onChange={({ target }) => setRetrieve(target.checked)} />
          Let it read matching records
        </label>
        {busy ? (
          <button type="button" className="button" onClick={halt}>
            Stop
          </button>
        ) : (
          <button className="button primary" disabled={!text.trim()}>
            Ask
          </button>
        )}
      </div>
      <Snippet model={model} text={text || newest?.question.text || 'Your question'} />
    </form>
  );
}

interface Shown {
  exchange: Exchange;
  marks: boolean;
  near: string | null;
  point: (record: string | null) => void;
}

function Answered({ exchange, marks, near, point }: Shown) {
  const { question, content, attribution, state } = exchange;
  return (
    <article className="stack tight" aria-label={`Answer to: ${question.text}`}>
      <p className="asked">{question.text}</p>
      <div aria-live="polite" aria-busy={state === 'asking'}>
        {attribution && marks ? (
          <MarkedAnswer content={content} spans={attribution.spans} sources={attribution.sources} near={near} point={point} />
        ) : (
          <p className={state === 'asking' ? 'answer caret' : 'answer'}>{content}</p>
        )}
      </div>
      {state === 'failed' && <AskFailure error={exchange.error} account={question.account} again={() => void put(question, exchange.key)} />}
      {state === 'stopped' && <p className="soft">You stopped this answer.</p>}
      {attribution && (
        <p className="small soft">
          {question.model} · <Amount wei={attribution.fee_wei} />
          {attribution.status !== 'unavailable' && ` · ${share(1_000_000 - attribution.unattributed_ppm)} attributed to records`}
          {exchange.usage && ` · ${exchange.usage.total_tokens} tokens`}
        </p>
      )}
    </article>
  );
}

/** The answer in front and the earlier questions behind it. */
function Answers({ current, shown }: { current: Exchange; shown: Omit<Shown, 'exchange' | 'marks'> & { select: (key: number) => void } }) {
  const earlier = useThread().filter(({ key }) => key !== current.key);
  const [marks, setMarks] = useState(true);
  return (
    <div className="stack mid">
      <Answered exchange={current} marks={marks} near={shown.near} point={shown.point} />
      {current.attribution && current.attribution.spans.length > 0 && (
        <label className="row small">
          <input type="checkbox" checked={marks} onChange={({ target }) => setMarks(target.checked)} />
          Mark words that stand in a record
        </label>
      )}
      {earlier.length > 0 && (
        <section className="stack" aria-labelledby="earlier">
          <h2 id="earlier">Earlier questions</h2>
          <ol className="answers">
            {earlier.map((exchange) => (
              <li key={exchange.key}>
                <button type="button" className="plain" onClick={() => shown.select(exchange.key)}>
                  {exchange.question.text}
                </button>
                <span className="soft small">{exchange.content || exchange.state}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

/** What will stand beside the answer, before there is one. */
function Expected({ asking }: { asking: boolean }) {
  return (
    <section className="sheet stack" aria-labelledby="evidence">
      <h2 id="evidence">{asking ? 'Tracing the sources' : 'Four kinds of evidence'}</h2>
      <p className="soft small">
        {asking ? 'They come with the last word.' : 'Each answer names the records it rests on, and says how it knows.'}
      </p>
      <EvidenceLegend />
    </section>
  );
}

export function Chat({ model }: { model: string | null }) {
  const models = useModels();
  const adapters = useAdapters();
  const thread = useThread();
  const newest = thread[0];
  const [selected, setSelected] = useState<number | null>(null);
  const [near, setNear] = useState<string | null>(null);
  const [seen, setSeen] = useState(newest?.key);
  // A new question brings its own answer to the front.
  if (seen !== newest?.key) {
    setSeen(newest?.key);
    setSelected(null);
    setNear(null);
  }
  const current = thread.find(({ key }) => key === selected) ?? newest;
  return (
    <div className="stack mid">
      <h1 tabIndex={-1}>Chat</h1>
      <div className="split">
        <div className="stack wide">
          <Show query={models} what="models">
            {(cards) => (
              <Show query={adapters} what="adapters">
                {(list) => (
                  <div className="stack">
                    {list.length === 0 && (
                      <Empty title="No adapter yet">
                        <p>You can ask the base model, but it credits nobody. Train an adapter to see sources and shares.</p>
                        <a className="button primary" href={href('train')}>
                          Train an adapter
                        </a>
                      </Empty>
                    )}
                    <Ask key={model} models={cards} adapters={list} wanted={model} />
                  </div>
                )}
              </Show>
            )}
          </Show>
          {current && <Answers current={current} shown={{ near, point: setNear, select: setSelected }} />}
        </div>
        {current?.attribution ? (
          <Sources attribution={current.attribution} near={near} point={setNear} />
        ) : (
          <Expected asking={current?.state === 'asking'} />
        )}
      </div>
    </div>
  );
}
