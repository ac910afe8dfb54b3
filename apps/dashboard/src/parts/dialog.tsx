import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A modal dialog; `drawer` comes in from the side and leaves the bench in view. */
export interface DialogProps {
  readonly title: ComponentChildren;
  readonly shape?: 'box' | 'drawer';
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Opens with its appearance on the page; Escape, the close button and a press beside it call `onClose`. */
export function Dialog({ title, shape = 'box', onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const opener = document.activeElement;
    element.current?.showModal();
    // Taken off the page while open, a dialog does not give the focus back by itself.
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  const onPress = (press: Event): void => {
    if (press.target === element.current) onClose();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the keyboard's way, and the dialog element brings it.
    <dialog ref={element} class={`dialog ${shape}`} aria-labelledby={titleId} onClose={onClose} onClick={onPress}>
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="quiet icon-button" aria-label="Close this panel" onClick={onClose}>
            <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
              <path d="M6 6l12 12M18 6L6 18" />
            </svg>
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
