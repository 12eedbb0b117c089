// The widget's look, in the colours of Horizon. It is put into its shadow root as a constructed style sheet, which no
// Content-Security-Policy of the page stands against.
const DARK = `
  --back: #1d232a; --bar: #12171c; --text: #f5f6f7; --quiet: #a9b4be; --line: #3d4955; --field: #12171c;
  --theirs: #29313a; --mine: #0b3a68; --accent: #4db1ff; --on-accent: #00144a; --warn-back: #3b2a08; --warn: #ffdf72;`;

export const LOOK = `
:host { all: initial; }
.frame {
  --back: #fff; --bar: #f5f6f7; --text: #131e29; --quiet: #556b82; --line: #a5afb8; --field: #fff;
  --theirs: #eff1f2; --mine: #e1f4ff; --accent: #0064d9; --on-accent: #fff; --warn-back: #fff8d6; --warn: #6d3b00;
  color-scheme: light;
  font: 14px/1.45 "72", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--text);
}
@media (prefers-color-scheme: dark) { .frame:not([data-theme="light"]) { color-scheme: dark; ${DARK} } }
.frame[data-theme="dark"] { color-scheme: dark; ${DARK} }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, p, ol { margin: 0; padding: 0; }
button, input, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
svg { width: 24px; height: 24px; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.launcher {
  position: fixed; z-index: 2147483000; inset-inline-end: 20px; bottom: 20px; width: 56px; height: 56px;
  display: grid; place-items: center; border: 0; border-radius: 50%;
  background: var(--accent); color: var(--on-accent); box-shadow: 0 4px 16px #0004;
}
.badge {
  position: absolute; top: -2px; inset-inline-end: -2px; min-width: 22px; height: 22px; padding: 0 6px;
  border-radius: 11px; background: #ba066c; color: #fff; font-weight: 700; font-size: 13px; line-height: 22px;
}
.badge:empty { display: none; }
.window {
  position: fixed; z-index: 2147483001; inset-inline-end: 20px; bottom: 88px; width: 376px; height: 600px;
  max-width: calc(100vw - 40px); max-height: calc(100dvh - 108px); display: flex; flex-direction: column;
  overflow: hidden; border: 1px solid var(--line); border-radius: 16px; background: var(--back);
  box-shadow: 0 12px 40px #0005;
}
header {
  display: flex; align-items: center; justify-content: space-between; gap: 8px; padding: 12px 8px 12px 16px;
  border-bottom: 1px solid var(--line); background: var(--bar);
}
h2 { font-size: 16px; line-height: 1.25; font-weight: 700; overflow-wrap: anywhere; }
.reference { color: var(--quiet); font-size: 12px; user-select: all; }
.quiet { display: grid; place-items: center; width: 40px; height: 40px; flex: none; border: 0; border-radius: 8px; background: none; }
.quiet:hover { background: var(--theirs); }
.scroller { flex: 1; min-height: 80px; padding: 16px; overflow-y: auto; overscroll-behavior: contain; }
.scroller:focus-visible { outline-offset: -2px; }
.hello { color: var(--quiet); }
ol { display: flex; flex-direction: column; gap: 12px; list-style: none; }
li { max-width: 88%; padding: 8px 12px; border-radius: 4px 16px 16px 16px; background: var(--theirs); }
li.in { align-self: flex-end; border-radius: 16px 4px 16px 16px; background: var(--mine); }
.head { display: flex; flex-wrap: wrap; gap: 0 8px; color: var(--quiet); font-size: 12px; }
.head strong { color: var(--text); overflow-wrap: anywhere; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
li[data-state="waiting"] .state { color: var(--warn); }
.notice { padding: 8px 16px; background: var(--warn-back); color: var(--warn); }
.notice:empty { display: none; }
.notice a { color: inherit; font-weight: 700; }
form { padding: 12px 16px 16px; border-top: 1px solid var(--line); background: var(--bar); max-height: 60%; overflow-y: auto; }
label { display: block; margin-bottom: 2px; color: var(--quiet); font-size: 13px; }
.about { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; margin-bottom: 8px; }
.why { grid-column: 1 / -1; color: var(--quiet); font-size: 12px; }
input, textarea {
  width: 100%; min-height: 40px; padding: 8px 10px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--field);
}
textarea { flex: 1; min-height: 44px; max-height: 160px; resize: none; field-sizing: content; }
.row { display: flex; gap: 8px; align-items: flex-end; }
.send { display: grid; place-items: center; width: 44px; height: 44px; flex: none; border: 0; border-radius: 8px; background: var(--accent); color: var(--on-accent); }
.small { padding: 4px 12px; min-height: 32px; border: 1px solid var(--accent); border-radius: 16px; background: none; color: var(--accent); font-size: 13px; }
.small:hover { background: var(--theirs); }
form .small { margin-top: 8px; }
.sources, .helped { margin-top: 8px; color: var(--quiet); font-size: 12px; overflow-wrap: anywhere; }
.sources a { color: var(--accent); }
.choices, .helped { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-top: 8px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 479px) {
  .window { inset: 0; width: auto; height: auto; max-width: none; max-height: none; border: 0; border-radius: 0; }
  input, textarea { font-size: 16px; }
}
@media (prefers-contrast: more) { .window, .launcher, li { border: 1px solid currentcolor; } }
@media (forced-colors: active) { .launcher, .send, .window, li { border: 1px solid; } }
`;
