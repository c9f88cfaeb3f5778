// The track: solid = certain, stripes = on its way, empty = to come. Widths are set through the CSSOM: the CSP knows no inline style.
interface TrackProps {
  total: number;
  safe: number;
  inFlight?: number;
  /** moving: going on; held: paused or offline; stopped: needs the person. */
  tone?: "moving" | "held" | "stopped";
  label: string;
  /** What a screen reader says instead of the bare number. */
  valueText: string;
  small?: boolean;
}

export function Track({ total, safe, inFlight = 0, tone = "moving", label, valueText, small }: TrackProps) {
  const share = (amount: number) => `${total > 0 ? Math.min(100, (amount / total) * 100) : 0}%`;
  return (
    <div
      class={`track ${tone} ${small ? "small" : ""}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={total > 0 ? Math.floor((safe / total) * 100) : 0}
      aria-valuetext={valueText}
    >
      <div class="track-safe" style={{ inlineSize: share(safe) }} />
      {inFlight > 0 && <div class="track-moving" style={{ inlineSize: share(inFlight) }} />}
    </div>
  );
}
