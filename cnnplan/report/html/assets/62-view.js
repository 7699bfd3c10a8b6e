"use strict";
// A picture that is zoomed and moved, with a small map of the whole; the full window on demand.

class View {
  /** `picture` is the svg, `layer` the group in it that moves, `map` the svg of the small map; `moved` is called after. */
  constructor(picture, layer, map, moved) {
    Object.assign(this, { picture, layer, map, moved });
    this.size = { width: 1, height: 1 };
    this.at = { x: 0, y: 0, k: 1 };
    this.listen();
  }

  listen() {
    let from = null;
    this.picture.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.metaKey) this.zoom(event.deltaY < 0 ? 1.1 : 0.9, event);
      else if (!this.scroll(event.deltaX, event.deltaY)) return;
      event.preventDefault();
    }, { passive: false });
    this.picture.addEventListener("pointerdown", (event) => (from = [event.clientX, event.clientY]));
    window.addEventListener("pointerup", () => (from = null));
    this.picture.addEventListener("pointermove", (event) => {
      if (!from || !event.buttons) return;
      this.move(event.clientX - from[0], event.clientY - from[1]);
      from = [event.clientX, event.clientY];
    });
    this.map.addEventListener("pointerdown", (event) => this.jump(event));
    this.map.addEventListener("pointermove", (event) => event.buttons && this.jump(event));
  }

  /** Another content: its size, and the boxes of the small map. */
  show(size, boxes) {
    this.size = size;
    this.frame = drawn("rect", { class: "seen" });
    this.map.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    const k = Math.min(110 / size.width, 150 / size.height);
    this.map.style.width = `${Math.max(14, size.width * k)}px`;
    this.map.style.height = `${Math.max(14, size.height * k)}px`;
    this.map.replaceChildren(...boxes.map(({ x, y, width, height, kind }) =>
      drawn("rect", { x: x - width / 2, y: y - height / 2, width, height, class: kind })), this.frame);
  }

  get room() {
    return { width: this.picture.clientWidth || 500, height: this.picture.clientHeight || 400 };
  }

  fitWidth() {
    const { width } = this.room;
    const k = Math.max(0.35, Math.min(1.15, (width - 8) / this.size.width));
    this.place((width - this.size.width * k) / 2, 4, k);
  }

  fitWhole() {
    const { width, height } = this.room;
    const k = Math.min(1.15, (width - 8) / this.size.width, (height - 8) / this.size.height);
    this.place((width - this.size.width * k) / 2, (height - this.size.height * k) / 2, k);
  }

  zoom(by, event) {
    const box = this.picture.getBoundingClientRect();
    const [x, y] = event ? [event.clientX - box.left, event.clientY - box.top] : [box.width / 2, box.height / 2];
    const k = Math.max(0.02, Math.min(4, this.at.k * by));
    this.place(x - ((x - this.at.x) * k) / this.at.k, y - ((y - this.at.y) * k) / this.at.k, k);
  }

  /** Move by the wheel while there is more to see that way; beyond, the page scrolls. */
  scroll(x, y) {
    const end = this.at.y + this.size.height * this.at.k;
    const more = y > 0 ? end > this.room.height : y < 0 && this.at.y < 0;
    if (more || (x && !y)) this.move(-x, -y);
    return more || Boolean(x && !y);
  }

  move(x, y) {
    this.place(this.at.x + x, this.at.y + y, this.at.k);
  }

  /** Where a point of the content is seen. */
  seen({ x, y }) {
    return { x: this.at.x + x * this.at.k, y: this.at.y + y * this.at.k };
  }

  /** The point of the content that is seen there. */
  inside({ x, y }) {
    return { x: (x - this.at.x) / this.at.k, y: (y - this.at.y) / this.at.k };
  }

  /** Bring a point of the content to where it can be seen; to the middle, if it is out of sight. */
  reveal(point) {
    const { width, height } = this.room;
    const { x, y } = this.seen(point);
    if (x < 40 || x > width - 40 || y < 30 || y > height - 30) {
      this.place(width / 2 - point.x * this.at.k, height / 2 - point.y * this.at.k, this.at.k);
    }
  }

  /** Move so that a point of the content is seen where something was before. */
  keep(point, before) {
    const now = this.seen(point);
    this.move(before.x - now.x, before.y - now.y);
  }

  jump(event) {
    const box = this.map.getBoundingClientRect();
    const { width, height } = this.room;
    const x = ((event.clientX - box.left) / box.width) * this.size.width;
    const y = ((event.clientY - box.top) / box.height) * this.size.height;
    this.place(width / 2 - x * this.at.k, height / 2 - y * this.at.k, this.at.k);
  }

  place(x, y, k) {
    this.at = { x, y, k };
    this.layer.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${k.toFixed(4)})`);
    const { width, height } = this.room;
    const all = x >= -1 && y >= -1 && x + this.size.width * k <= width + 1 && y + this.size.height * k <= height + 1;
    this.map.classList.toggle("needless", all);
    for (const [name, value] of Object.entries({ x: -x / k, y: -y / k, width: width / k, height: height / k })) this.frame?.setAttribute(name, value);
    this.moved();
  }
}
