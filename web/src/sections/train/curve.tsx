import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Point } from '../../api/types';
import { decimal } from '../../format';
import { smoothed } from '../../smooth';

const HEIGHT = 320;

const data = (series: Point[]): uPlot.AlignedData => [
  series.map((point) => point.step),
  series.map((point) => point.train_loss),
  smoothed(series.map((point) => point.train_loss)),
  series.map((point) => point.eval_loss ?? null),
];

/** A canvas knows no CSS variables: the colours are read off the page. */
function options(width: number): uPlot.Options {
  const probe = document.createElement('i');
  document.body.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const [soft, line, accent, ink] = [colour('--soft'), colour('--line'), colour('--accent'), colour('--ink')];
  probe.remove();
  const font = '12px "Instrument Sans Variable", system-ui, sans-serif';
  const shown = (_: uPlot, value: number | null) => (value == null ? '–' : decimal(value));
  const axis: uPlot.Axis = { stroke: soft, font, labelFont: font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  return {
    width,
    height: HEIGHT,
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: 'Step', labelSize: 22, grid: { show: false } },
      { ...axis, label: 'Loss', labelSize: 22, size: 46 },
    ],
    series: [
      { label: 'Step' },
      { label: 'Train loss', stroke: accent, width: 1, alpha: 0.45, value: shown, points: { show: false } },
      { label: 'its moving average', stroke: accent, width: 2.5, value: shown, points: { show: false } },
      { label: 'Eval loss', stroke: ink, width: 2, dash: [7, 5], spanGaps: true, value: shown, points: { show: true, size: 6, fill: ink } },
    ],
  };
}

/** Train and eval loss against steps; the table below it holds the same numbers. */
export default function Curve({ series, name }: { series: Point[]; name: string }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(series);
  newest.current = series;

  useEffect(() => {
    const host = place.current;
    if (!host) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(host.clientWidth), data(newest.current), host);
    };
    draw();
    const sizes = new ResizeObserver(() => plot.current?.setSize({ width: host.clientWidth, height: HEIGHT }));
    sizes.observe(host);
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      sizes.disconnect();
      themes.disconnect();
      dark.removeEventListener('change', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);

  useEffect(() => plot.current?.setData(data(series)), [series]);

  const last = series.at(-1);
  const label = `Training curve of ${name}: train loss ${decimal(series[0]?.train_loss ?? NaN)} at the first step, ${decimal(last?.train_loss ?? NaN)} at step ${last?.step ?? 0}. The table below holds every point.`;
  return <div ref={place} className="plot" role="img" aria-label={label} />;
}
