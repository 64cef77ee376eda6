// Asking the kernel, which may be busy, dead or gone.

const PATIENCE = 5000; // milliseconds without an answer before an idle kernel counts as gone

let views = 0;

/** Asks the kernel and waits for its answer, or finds that there is none to give it. */
export class Kernel {
  constructor(model, heard) {
    Object.assign(this, { model, heard, waiting: new Map(), asked: 0 });
    this.view = `${Date.now().toString(36)}-${++views}`;
    this.receive = (answer) => {
      const held = this.waiting.get(answer.to);
      this.waiting.delete(answer.to);
      if (held) held.resolve(answer);
      else this.heard(answer); // another view's, or one that came too late
    };
    this.changed = () => this.status() !== "busy" && this.giveUp();
    model.on("msg:custom", this.receive);
    model.on("comm_live_update", this.changed);
  }

  status() {
    return this.model.widget_manager?.kernel?.status ?? "unknown";
  }

  ask(request, busy = () => {}) {
    const number = `${this.view}-${++this.asked}`;
    return new Promise((resolve, reject) => {
      const since = Date.now();
      const clock = setInterval(() => {
        const status = this.status();
        if (status === "busy") busy();
        else if (status === "dead" || Date.now() - since > PATIENCE) held.reject();
      }, 500);
      const end = (call) => (value) => {
        clearInterval(clock);
        this.waiting.delete(number);
        call(value);
      };
      const held = { resolve: end(resolve), reject: end(() => reject(new Error("no kernel"))) };
      this.waiting.set(number, held);
      request.number = number;
      try {
        this.model.send(request);
      } catch {
        held.reject();
      }
    });
  }

  giveUp() {
    for (const held of [...this.waiting.values()]) held.reject();
  }

  dispose() {
    this.giveUp();
    this.model.off("msg:custom", this.receive);
    this.model.off("comm_live_update", this.changed);
  }
}
