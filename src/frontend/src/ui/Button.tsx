import type { ComponentChildren, Ref } from "preact";
import { Icon, type IconName } from "./Icon";

interface ButtonProps {
  children: ComponentChildren;
  onPress: (event: MouseEvent) => void;
  kind?: "primary" | "default" | "quiet" | "danger" | "danger-solid";
  icon?: IconName | undefined;
  /** A request is under way: the words say what happens, focus stays, presses are ignored. */
  busy?: boolean;
  /** Keys that do the same, shown on wide screens. */
  keys?: string;
  buttonRef?: Ref<HTMLButtonElement>;
  describedBy?: string | undefined;
}

export function Button({ children, onPress, kind = "default", icon, busy, keys, buttonRef, describedBy }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      ref={buttonRef ?? null}
      aria-disabled={busy || undefined}
      aria-describedby={describedBy}
      onClick={(event) => {
        if (!busy) onPress(event);
      }}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {keys && <kbd>{keys}</kbd>}
    </button>
  );
}

interface IconButtonProps {
  label: string;
  icon: IconName;
  onPress: () => void;
  disabled?: boolean;
  class?: string;
  pressed?: boolean;
}

/** For places where no word fits; its name is also its tooltip. */
export function IconButton({ label, icon, onPress, disabled, pressed, class: extra = "" }: IconButtonProps) {
  return (
    <button
      type="button"
      class={`button icon-only ${extra}`}
      aria-label={label}
      title={label}
      aria-disabled={disabled || undefined}
      aria-pressed={pressed}
      onClick={() => {
        if (!disabled) onPress();
      }}
    >
      <Icon name={icon} />
    </button>
  );
}
