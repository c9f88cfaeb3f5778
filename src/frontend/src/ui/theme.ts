// Light, dark or the device's choice, and more contrast. In an LMS frame light comes first: a dark box in a white page looks broken.

export type Theme = "light" | "dark" | "auto";

export interface Look {
  theme: Theme;
  contrast: boolean;
}

const KEY = "fieldreel.look";

export function startLook(framed: boolean): Look {
  return remembered() ?? { theme: framed ? "light" : "auto", contrast: false };
}

export function applyLook(look: Look, remember: boolean): void {
  const { dataset } = document.documentElement;
  dataset.theme = look.theme;
  if (look.contrast) dataset.contrast = "more";
  else delete dataset.contrast;
  if (!remember) return;
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // Storage is blocked in this frame: the choice lasts for this page.
  }
}

function remembered(): Look | null {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (typeof saved !== "object" || saved === null) return null;
    const { theme, contrast } = saved as Partial<Look>;
    if (theme !== "light" && theme !== "dark" && theme !== "auto") return null;
    return { theme, contrast: contrast === true };
  } catch {
    return null;
  }
}
