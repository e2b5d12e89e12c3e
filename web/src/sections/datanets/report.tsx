import { useState } from 'react';
import type { ContributionReport } from '../../api/types';
import { count } from '../../format';
import { Scroll } from '../../parts/scroll';
import { Id } from '../../parts/value';

const SHOWN = 20;

/** The verdict on every line of one file. */
export function Report({ filename, report, lines }: { filename: string; report: ContributionReport; lines: string[] }) {
  const [rejectedOnly, setRejectedOnly] = useState(false);
  const [all, setAll] = useState(false);
  const rows = report.records.filter((row) => !rejectedOnly || row.status === 'rejected');
  /** The original may stand in the same file. */
  const lineOf = new Map(report.records.flatMap(({ status, record, line }) => (status === 'accepted' && record ? [[record, line]] : [])));
  const shown = all ? rows : rows.slice(0, SHOWN);
  return (
    <section className="sheet stack" aria-label={`Report on ${filename}`}>
      <div className="row spread">
        <h3 role="status">
          {filename}: {count(report.accepted)} accepted, {count(report.rejected)} rejected
          {report.already && ' (the same file was contributed before)'}
        </h3>
        {report.rejected > 0 && (
          <label className="row small">
            <input type="checkbox" checked={rejectedOnly} onChange={({ target }) => setRejectedOnly(target.checked)} />
            Rejected only
          </label>
        )}
      </div>
      <Scroll label={`Verdicts on ${filename}`}>
        <table>
          <caption className="visually-hidden">Verdict on each line of {filename}</caption>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Verdict</th>
              <th scope="col">Record</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.line}>
                <td>{row.line}</td>
                <td>
                  <span className={row.status === 'accepted' ? 'tag on' : 'tag bad'}>{row.status === 'accepted' ? '✓ accepted' : '✕ rejected'}</span>
                </td>
                <td className="words small">{lines[row.line - 1]?.slice(0, 160) ?? (row.record && <Id id={row.record} />)}</td>
                <td className="words small">
                  {row.status === 'accepted' ? (
                    row.record && <Id id={row.record} />
                  ) : (
                    <>
                      {row.message ?? row.reason?.replaceAll('_', ' ')}
                      {row.of && (
                        <div className="soft">
                          Original: {lineOf.has(row.of) ? `line ${lineOf.get(row.of)}` : <Id id={row.of} />}
                          {row.of_contributor && ` by ${row.of_contributor}`}
                        </div>
                      )}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rows.length > SHOWN && (
        <button type="button" className="plain" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${count(rows.length)} lines`}
        </button>
      )}
    </section>
  );
}
