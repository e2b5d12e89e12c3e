import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type DragEvent } from 'react';
import { api } from '../../api/client';
import { Failure } from '../../parts/states';
import { AccountChoice } from '../../parts/account';
import { Report } from './report';

const EXAMPLE = '{"question": "What does E0026 mean?", "answer": "A struct pattern names a field that does not exist."}';

/** What was sent, kept beside the report so that each verdict shows its line. */
interface Sent {
  filename: string;
  blob: Blob;
}

/** Drop files, choose them, or paste JSONL; then a verdict for every line. */
export function Contribute({ datanet }: { datanet: string }) {
  const client = useQueryClient();
  const [account, setAccount] = useState('local');
  const [text, setText] = useState('');
  const [over, setOver] = useState(false);
  const contribute = useMutation({
    mutationFn: async (files: Sent[]) => {
      const reports = [];
      for (const { filename, blob } of files) {
        const report = await api.contribute(datanet, account, filename, blob);
        const lines = /\.(jsonl|ndjson|csv|txt|md)$/i.test(filename) ? (await blob.text()).split('\n') : [];
        reports.push({ filename, report, lines });
      }
      return reports;
    },
    onSettled: () => client.invalidateQueries(),
  });

  const send = (files: Iterable<File>) => {
    const sent = [...files].map((file) => ({ filename: file.name, blob: file }));
    if (sent.length > 0) contribute.mutate(sent);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    send(event.dataTransfer.files);
  };
  const paste = () => contribute.mutate([{ filename: 'pasted.jsonl', blob: new Blob([text]) }], { onSuccess: () => setText('') });

  return (
    <section className="stack" aria-labelledby="contribute">
      <h2 id="contribute">Contribute records</h2>
      <div
        className={over ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <div className="row">
          <label className="button">
            <input type="file" className="visually-hidden" multiple onChange={({ target }) => target.files && send(target.files)} />
            Choose files
          </label>
          <span className="soft">or drop them here: JSONL, CSV, Parquet, Markdown or text</span>
        </div>
        <label className="field" style={{ width: '100%' }}>
          <span>Or paste JSONL, one record a line</span>
          <textarea value={text} onChange={({ target }) => setText(target.value)} placeholder={EXAMPLE} spellCheck={false} />
        </label>
        <div className="row ends">
          <AccountChoice label="Contributor" value={account} onChange={setAccount} creatable />
          <button type="button" className="button primary" disabled={contribute.isPending || !text.trim()} onClick={paste}>
            {contribute.isPending ? 'Checking' : 'Contribute'}
          </button>
        </div>
      </div>
      {contribute.isError && <Failure error={contribute.error} />}
      {contribute.data?.map((entry) => <Report key={entry.report.id + entry.filename} {...entry} />)}
    </section>
  );
}
