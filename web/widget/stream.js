// Follows the event stream: hands every entry on once and in order, and comes back by itself where it left off.

const AWAY_MS = 60_000;
const LONGEST_PAUSE_MS = 15_000;

export class Stream {
  constructor(listener) {
    this.listener = listener;
    this.conversation = "";
    this.position = 0;
    this.pause = 1_000;
    document.addEventListener("visibilitychange", () => this.#watchPage());
  }

  open() {
    this.close();
    const query = this.conversation ? `?conversation=${encodeURIComponent(this.conversation)}&after=${this.position}` : "";
    const source = new EventSource(`/api/events${query}`);
    this.source = source;
    source.onopen = () => {
      this.pause = 1_000;
      this.listener.connected(true);
    };
    source.onerror = () => this.#lost(source);
    for (const name of ["conversation", "entry", "pressed", "activity", "status"]) {
      source.addEventListener(name, (event) => this.#take(name, JSON.parse(event.data), source));
    }
  }

  close() {
    clearTimeout(this.waiting);
    this.source?.close();
    this.source = null;
  }

  // Another person may have signed in: begin anew.
  restart() {
    this.conversation = "";
    this.position = 0;
    this.open();
  }

  #take(name, data, source) {
    if (source !== this.source) return;
    if (name === "conversation" && data.id !== this.conversation) {
      this.listener.begun(data, this.conversation !== "");
      this.conversation = data.id;
      this.position = 0;
    }
    if (name === "entry") {
      if (data.position <= this.position) return;
      if (data.position !== this.position + 1) {
        this.open();
        return;
      }
      this.position = data.position;
    }
    this.listener[name](data);
  }

  #lost(source) {
    if (source !== this.source) return;
    this.listener.connected(false);
    if (source.readyState !== EventSource.CLOSED) return;
    this.source = null;
    this.waiting = setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  // A page that nobody looks at gives its connection back; it catches up when it is seen again.
  #watchPage() {
    clearTimeout(this.away);
    if (document.hidden) this.away = setTimeout(() => this.close(), AWAY_MS);
    else if (!this.source) this.open();
  }
}
