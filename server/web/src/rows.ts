/** Of many rows of one height, those that the window shows. */
import {
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useState } from "preact/hooks";

export interface Rows {
  /** How many columns the grid has at its present width. */
  columns: number;
  /** The first row to be drawn, and the one after the last. */
  first: number;
  end: number;
  /** What stands above and below in pixels. */
  before: number;
  after: number;
}

const OVERSCAN = 6;

/**
 * `list` is a CSS grid that scrolls with the window; `gap` stands below each row. What is
 * `before` and `after` is for the element around it.
 */
export function useRows(
  list: RefObject<HTMLElement>,
  items: number,
  height: number,
  gap: number,
): Rows {
  const [, redraw] = useReducer((turn: number, _: undefined) => turn + 1, 0);
  const [columns, setColumns] = useState(1);
  const [top, setTop] = useState(0);
  const count = Math.ceil(items / columns);
  const options = {
    count,
    gap,
    overscan: OVERSCAN,
    scrollMargin: top,
    estimateSize: () => height,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    onChange: () => redraw(undefined),
    initialOffset: () => window.scrollY,
    initialRect: { width: innerWidth, height: innerHeight },
  };
  const [virtual] = useState(() => new Virtualizer<Window, HTMLElement>(options));
  virtual.setOptions({ ...virtual.options, ...options });
  useLayoutEffect(() => virtual._didMount(), []);
  useLayoutEffect(() => virtual._willUpdate());
  useLayoutEffect(() => {
    const it = list.current;
    const around = it?.parentElement;
    if (!it || !around) return;
    const measure = () => {
      setColumns(getComputedStyle(it).gridTemplateColumns.split(" ").length);
      setTop(Math.round(around.getBoundingClientRect().top + scrollY));
    };
    // What stands above may grow, too.
    const watcher = new ResizeObserver(measure);
    watcher.observe(it);
    watcher.observe(document.body);
    measure();
    return () => watcher.disconnect();
  }, []);
  const shown = virtual.getVirtualItems();
  const [start, last] = [shown[0], shown.at(-1)];
  if (!start || !last) return { columns, first: 0, end: 0, before: 0, after: 0 };
  const before = start.start - top;
  const after = Math.max(0, virtual.getTotalSize() - (last.end - top));
  return { columns, first: start.index, end: last.index + 1, before, after };
}
