import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Buttons at the end; the confirming one last. */
  actions: ComponentChildren;
  wide?: boolean;
}

/** A modal question. Focus starts on the title, Esc closes, and focus goes back to the opener. */
export function Dialog({ title, onClose, children, actions, wide }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const opener = useRef<Element | null>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    opener.current = document.activeElement;
    placeNear(element, opener.current);
    element.showModal();
    heading.current?.focus();
    return () => {
      element.close();
      if (opener.current instanceof HTMLElement && opener.current.isConnected) opener.current.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${wide ? "wide" : ""}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id} tabIndex={-1} ref={heading}>
        {title}
      </h2>
      {children}
      <div class="actions end">{actions}</div>
    </dialog>
  );
}

/**
 * A frame may be as tall as its content; the middle of it is then far out of sight. There the dialog opens beside the control that asked
 * for it instead of in the middle.
 */
function placeNear(dialog: HTMLDialogElement, opener: Element | null): void {
  const tallFrame = window.innerHeight > window.screen.height;
  if (!tallFrame || !opener) return;
  const top = Math.max(16, opener.getBoundingClientRect().top - 240);
  dialog.style.marginBlock = `${top}px auto`;
}
