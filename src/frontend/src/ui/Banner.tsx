import type { ComponentChildren } from "preact";
import type { StateWords } from "../words/en";
import type { Tone } from "./Chip";
import { Icon, type IconName } from "./Icon";

interface BannerProps {
  words: StateWords;
  tone: Tone;
  icon: IconName;
  state?: string;
  /** The person must act now. */
  urgent?: boolean;
  children?: ComponentChildren;
}

/** In the flow, above what it is about; bold first sentence, plain second, buttons at the end. */
export function Banner({ words, tone, icon, state, urgent, children }: BannerProps) {
  return (
    <div class={`banner ${tone}`} role={urgent ? "alert" : "status"} data-state={state}>
      <Icon name={icon} />
      <p>
        <strong>{words.title}</strong> {words.body}
      </p>
      {children && <div class="banner-actions">{children}</div>}
    </div>
  );
}
