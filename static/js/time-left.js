// How long a session still lasts, by the clock of the phone: it is in the room, so it shows the hour of the place.
const line = document.querySelector("[data-time-left]");

function minutesTo(hour) {
  return Math.round((new Date(`${line.dataset.day}T${hour}`) - Date.now()) / 60000);
}

function show() {
  const { day, from, until, begins, left, over } = line.dataset;
  const now = new Date();
  const today = new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  line.hidden = day !== today || !from;
  if (line.hidden) return;
  const toStart = minutesTo(from);
  const toEnd = until ? minutesTo(until) : 0;
  let text = "";
  if (toStart > 0) text = begins.replace("{minutes}", toStart);
  else if (until) text = (toEnd >= 0 ? left : over).replace("{minutes}", Math.abs(toEnd));
  line.textContent = text;
  line.classList.toggle("room__left--short", Boolean(until) && toStart <= 0 && toEnd <= 5);
}

if (line) {
  show();
  setInterval(show, 20000);
}
