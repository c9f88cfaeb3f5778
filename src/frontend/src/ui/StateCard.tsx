import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { StateWords } from "../words/en";
import type { Tone } from "./Chip";
import { Icon, type IconName } from "./Icon";

interface StateCardProps {
  /** A state id of the product's list: stable, for tests and telemetry. */
  state: string;
  words: StateWords;
  tone?: Tone;
  icon?: IconName;
  /** Dashed edge: takes a dropped file. */
  drop?: boolean;
  /** A file hangs over the page. */
  over?: boolean;
  evidence?: ComponentChildren;
  actions?: ComponentChildren;
  hint?: ComponentChildren;
  foot?: ComponentChildren;
  /** The big number takes the place of the title line (upload, grade). */
  head?: ComponentChildren;
}

/** The part of a page that changes between states. Focus goes to its title on change, so that everybody hears the news once. */
export function StateCard(props: StateCardProps) {
  const { state, words, tone = "neutral", icon, drop, over, evidence, actions, hint, foot, head } = props;
  const title = useFocusOnChange(state);
  return (
    <section
      class={`card state-card ${drop ? "drop" : ""} ${over ? "over" : ""}`}
      data-state={state}
      aria-labelledby="state-title"
    >
      <div class="card-body">
        {head ? (
          <div class="card-lead">
            <h2 id="state-title" class="hidden" tabIndex={-1} ref={title}>
              {words.title}
            </h2>
            {head}
          </div>
        ) : (
          <div class="card-head">
            {icon && (
              <span class={`disc ${tone}`}>
                <Icon name={icon} size={20} />
              </span>
            )}
            <div>
              <h2 id="state-title" tabIndex={-1} ref={title}>
                {words.title}
              </h2>
              {words.body && <p class="card-text">{words.body}</p>}
            </div>
          </div>
        )}
        {evidence}
        {actions && <div class="actions">{actions}</div>}
        {hint}
      </div>
      {foot && <div class="card-foot">{foot}</div>}
    </section>
  );
}

/** Moves focus to the element when `value` changes; not on the first showing, where the page itself is news. */
export function useFocusOnChange(value: string) {
  const element = useRef<HTMLHeadingElement>(null);
  const shown = useRef(value);
  useEffect(() => {
    if (shown.current === value) return;
    shown.current = value;
    element.current?.focus({ preventScroll: false });
  }, [value]);
  return element;
}
