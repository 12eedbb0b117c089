// The title of the tab begins with how many of one's own interactions wait for us.
const COUNT = /^\(\d+\) /;

/** Keeps the title up to date with the counts in the navigation. */
export function showTurn() {
  document.addEventListener("htmx:after:swap", () => {
    const turn = document.querySelector("[data-turn]")?.dataset.turn;
    if (turn === undefined) return;
    const title = document.title.replace(COUNT, "");
    document.title = turn === "0" ? title : `(${turn}) ${title}`;
  });
}
