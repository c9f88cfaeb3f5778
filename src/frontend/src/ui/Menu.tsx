import { useEffect, useRef, useState } from "preact/hooks";
import { chrome } from "../words/en";
import { IconButton } from "./Button";
import { Icon } from "./Icon";
import { applyLook, type Look, type Theme } from "./theme";

const THEMES: Theme[] = ["light", "dark", "auto"];

/** The ⋯ menu at the end of the top bar: how the page looks. */
export function LookMenu({ start, version }: { start: Look; version: string }) {
  const [open, setOpen] = useState(false);
  const [look, setLook] = useState(start);
  const menu = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    menu.current?.querySelector<HTMLElement>("[aria-checked=true]")?.focus();
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const choose = (next: Look) => {
    setLook(next);
    applyLook(next, true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const items = Array.from(menu.current?.querySelectorAll<HTMLElement>("button") ?? []);
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      items[(at + step + items.length) % items.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      setOpen(false);
      if (event.key === "Escape") root.current?.querySelector("button")?.focus();
    }
    event.stopPropagation();
  };

  return (
    <div class="menu-root" ref={root}>
      <IconButton icon="more" label={chrome.more} class="quiet" onPress={() => setOpen(!open)} />
      {open && (
        <div class="menu" role="menu" aria-label={chrome.more} tabIndex={-1} ref={menu} onKeyDown={onKeyDown}>
          {THEMES.map((theme) => (
            <button
              key={theme}
              type="button"
              role="menuitemradio"
              aria-checked={look.theme === theme}
              onClick={() => choose({ ...look, theme })}
            >
              {look.theme === theme ? <Icon name="check" /> : <span class="icon" />}
              {chrome.themes[theme]}
            </button>
          ))}
          <hr />
          <button
            type="button"
            role="menuitemcheckbox"
            aria-checked={look.contrast}
            onClick={() => choose({ ...look, contrast: !look.contrast })}
          >
            {look.contrast ? <Icon name="check" /> : <span class="icon" />}
            {chrome.contrast}
          </button>
          <p class="menu-note" role="presentation">
            {chrome.version(version)}
          </p>
        </div>
      )}
    </div>
  );
}
