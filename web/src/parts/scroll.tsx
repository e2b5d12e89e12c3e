import { useEffect, useRef, useState, type ReactNode } from 'react';

/** A wide table's window: it takes the focus, and so the arrow keys, only while it hides something. */
export function Scroll({ label, tall = false, children }: { label: string; tall?: boolean; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [hides, setHides] = useState(false);
  useEffect(() => {
    const host = box.current;
    if (!host) return;
    const measure = () => setHides(host.scrollWidth > host.clientWidth || host.scrollHeight > host.clientHeight);
    const sizes = new ResizeObserver(measure);
    sizes.observe(host);
    if (host.firstElementChild) sizes.observe(host.firstElementChild);
    return () => sizes.disconnect();
  }, []);
  return (
    <div ref={box} className={tall ? 'scroll tall' : 'scroll'} {...(hides ? { tabIndex: 0, role: 'region', 'aria-label': label } : {})}>
      {children}
    </div>
  );
}
