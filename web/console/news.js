// Hears at once when something was committed to the open conversation. The page also looks every few seconds by itself.

export class News {
  constructor(changed) {
    this.changed = changed;
    this.seen = () => this.#watchPage();
    document.addEventListener("visibilitychange", this.seen);
  }

  open(conversation) {
    this.conversation = conversation;
    this.source?.close();
    this.source = new EventSource(`/console/api/conversations/${conversation}/news`);
    this.source.addEventListener("changed", () => this.changed());
  }

  close() {
    document.removeEventListener("visibilitychange", this.seen);
    this.source?.close();
    this.source = null;
  }

  // A page that nobody looks at gives its connection back; it catches up when it is seen again.
  #watchPage() {
    if (!this.conversation) return;
    if (document.hidden) this.source.close();
    else {
      this.open(this.conversation);
      this.changed();
    }
  }
}
