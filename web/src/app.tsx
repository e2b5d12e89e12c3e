import { useEffect, useRef } from 'react';
import { useEvents } from './api/live';
import { useStatus } from './api/queries';
import { Journey, Top } from './header';
import { Id } from './parts/value';
import { useRoute, type Route } from './route';
import { Chat } from './sections/chat';
import { Datanets } from './sections/datanets';
import { Overview } from './sections/overview';
import { Rewards } from './sections/rewards';
import { Train } from './sections/train';

function Place({ section, name }: Route) {
  switch (section) {
    case 'datanets':
      return <Datanets name={name} />;
    case 'train':
      return <Train wanted={name} />;
    case 'chat':
      return <Chat model={name} />;
    case 'rewards':
      return <Rewards account={name} />;
    case null:
      return <Overview />;
  }
}

/** Names the page and moves the focus to its heading whenever the place changes. */
function useArrival({ section, name }: Route) {
  const first = useRef(true);
  useEffect(() => {
    const title = section && section[0]?.toUpperCase() + section.slice(1);
    document.title = [name, title, 'OpenLedger'].filter(Boolean).join(' · ');
    if (first.current) {
      first.current = false;
      return;
    }
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [section, name]);
}

function Foot() {
  const { data: status } = useStatus();
  return (
    <footer className="page">
      <div className="foot">
        {status && (
          <>
            <span>OpenLedger {status.version}</span>
            {status.base && (
              <span>
                Base model {status.base.name} <Id id={status.base.digest} />
              </span>
            )}
            <span>Chain {status.chain_id}</span>
            <span>
              Payouts <Id id={status.contracts.payouts} />
            </span>
          </>
        )}
        <a href="./api/v1/openapi.json">API</a>
        <a href="./licences.html">Licences</a>
      </div>
    </footer>
  );
}

export function App() {
  const route = useRoute();
  useEvents();
  useArrival(route);
  return (
    <>
      <button type="button" className="button skip" onClick={() => document.querySelector<HTMLElement>('main h1')?.focus()}>
        Skip to content
      </button>
      <Top section={route.section} />
      <Journey />
      <main className="page">
        <Place {...route} />
      </main>
      <Foot />
    </>
  );
}
