// The drawn set: 24 px grid, 1.75 px stroke, round ends, currentColor. Filled only where something is done, failed or plays.
import type { ComponentChildren } from "preact";

const CHECK = "M5 12.5l4.5 4.5L19 7.5";
const EDGE = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z";

const drawings = {
  clock: <path d={`${EDGE}M12 7.5V12l3 2`} />,
  upload: <path d="M12 15.5V4m-4.5 4.5L12 4l4.5 4.5M4 15.5v3A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5v-3" />,
  pause: <path d="M8.5 5v14M15.5 5v14" />,
  play: <path class="fill" d="M7 4.8v14.4L19 12z" />,
  check: <path d={CHECK} />,
  ok: (
    <>
      <path class="fill" d={EDGE} />
      <path class="on-fill" d="M8 12.3l2.8 2.8L16 9.5" />
    </>
  ),
  wait: <circle cx="12" cy="12" r="8.5" stroke-dasharray="3.2 3.5" />,
  half: (
    <>
      <path d={EDGE} />
      <path class="fill" d="M12 7a5 5 0 0 1 0 10z" />
    </>
  ),
  empty: <path d={EDGE} />,
  alert: <path d="M12 4L2.8 19.5h18.4zM12 10v4.5M12 17v.1" />,
  stop: (
    <>
      <path class="fill" d="M8.2 3.2h7.6l5 5v7.6l-5 5H8.2l-5-5V8.2z" />
      <path class="on-fill" d="M9 9l6 6m0-6l-6 6" />
    </>
  ),
  x: <path d="M6 6l12 12M18 6L6 18" />,
  offline: (
    <path d="M4 4l16 16M2.5 9.5a14 14 0 0 1 4.2-2.7M21.5 9.5a14 14 0 0 0-9.5-3.7m-6.5 7.2a9.5 9.5 0 0 1 4.3-2.2m8.7 2.2a9.5 9.5 0 0 0-2.6-1.7M9 16a5 5 0 0 1 4.5-.9M12 19.5v.1" />
  ),
  refresh: <path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L20 9.2M20 4v5.2h-5.2" />,
  eye: (
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z" />
  ),
  trash: <path d="M4 6.5h16M9 6V4h6v2m-9 .5l.8 13h10.4l.8-13M10 10.5v5.5m4-5.5v5.5" />,
  help: <path d={`${EDGE}M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.7v.1`} />,
  film: (
    <path d="M5 4.5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zM8 4.5v15m8-15v15M4 9.5h4m-4 5h4m8-5h4m-4 5h4" />
  ),
  copy: <path d="M9 8.5h9.5V20H9zM15 8V4H4.5v11.5H9" />,
  print: (
    <path d="M7 9V4h10v5M7 17H4.5a.5.5 0 0 1-.5-.5V10a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v6.5a.5.5 0 0 1-.5.5H17M7 14h10v6H7z" />
  ),
  search: <path d="M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20.5 20.5" />,
  left: <path class="mirror" d="M14.5 6l-6 6 6 6" />,
  right: <path class="mirror" d="M9.5 6l6 6-6 6" />,
  back: <path class="mirror" d="M20 12H4.5M10.5 6l-6 6 6 6" />,
  more: <path class="dots" d="M5.5 12h.01M12 12h.01M18.5 12h.01" />,
  cc: (
    <path d="M4.5 5.5h15a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zM10.5 10.5a2 2 0 1 0 0 3m6-3a2 2 0 1 0 0 3" />
  ),
  volume: <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15 9.5a3.5 3.5 0 0 1 0 5m2.5-7.5a7 7 0 0 1 0 10" />,
  muted: <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9.5l5 5m0-5l-5 5" />,
  full: <path d="M4 9V4.5h4.5M20 9V4.5h-4.5M4 15v4.5h4.5M20 15v4.5h-4.5" />,
  sync: <path d="M19.5 10.5A7.7 7.7 0 0 0 5.6 8M4.5 4.5V8.5h4M4.5 13.5A7.7 7.7 0 0 0 18.4 16m1.1 3.5v-4h-4" />,
  users: (
    <path d="M9 5a3.3 3.3 0 1 0 0 6.6A3.3 3.3 0 0 0 9 5zM2.8 19.5c.3-3.4 2.8-5.4 6.2-5.4s5.9 2 6.2 5.4M15.5 5.3a3.2 3.2 0 0 1 0 6M17.5 14.5c2.1.7 3.5 2.4 3.7 5" />
  ),
  calendar: (
    <path d="M5 5.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1zM4 10h16M8.5 3.5v4m7-4v4" />
  ),
  ext: <path d="M10 5H5v14h14v-5M13.5 4.5h6v6M19 5l-8.5 8.5" />,
  mic: (
    <path d="M12 3.5A2.5 2.5 0 0 0 9.5 6v5.5a2.5 2.5 0 0 0 5 0V6A2.5 2.5 0 0 0 12 3.5zM6 11.5a6 6 0 0 0 12 0M12 17.5v3" />
  ),
  lock: <path d="M6 10.5h12V20H6zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" />,
  b10: (
    <>
      <path d="M4.8 9A8 8 0 1 1 4 12.5M4.5 4v5h5" />
      <text x="12.3" y="15.2">
        10
      </text>
    </>
  ),
  f10: (
    <>
      <path d="M19.2 9A8 8 0 1 0 20 12.5M19.5 4v5h-5" />
      <text x="11.7" y="15.2">
        10
      </text>
    </>
  ),
} satisfies Record<string, ComponentChildren>;

export type IconName = keyof typeof drawings;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {drawings[name]}
    </svg>
  );
}

/** A filmstrip with a play sign: the product's mark. */
export function Mark() {
  return (
    <svg class="icon mark" width="22" height="22" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <rect x="2" y="3.5" width="20" height="17" rx="4" />
      <path class="fill" d="M10 8v8l7-4z" />
      <path class="dots" d="M6 8.2h.01M6 12h.01M6 15.8h.01" />
    </svg>
  );
}
