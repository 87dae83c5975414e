(() => {
  'use strict';
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const sign = text => String(text).replace('-', '−');
  const raised = n => sign(n).replace(/./g, c => c === '−' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[c]);
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer;
  const floats = text => new Float32Array(bytes(text));
  const stepped = ({lo, hi, steps}) => Float32Array.from(
    new Uint16Array(bytes(steps)), k => k > 65534 ? NaN : lo + (hi - lo) * k / 65534);

  function number(value) {
    if (!Number.isFinite(value)) return 'not finite';
    const [digits, power] = value.toExponential(2).split('e');
    return value === 0 ? '0' : power >= -3 && 5 > power
      ? sign(value.toFixed(Math.max(0, 2 - power))) : sign(digits) + ' × 10' + raised(+power);
  }

  // Round values between lo and hi, at most `parts` steps of them.
  function tics(lo, hi, parts) {
    const power = 10 ** Math.floor(Math.log10((hi - lo) / parts));
    const step = [1, 2, 5, 10].find(f => f * power >= (hi - lo) / parts) * power;
    const out = [];
    for (let k = Math.ceil(lo / step - 1e-9); hi >= step * (k - 1e-9); ++k) out.push(k * step);
    return out;
  }
  const decades = (lo, hi) => {
    const first = Math.round(Math.log10(lo)), last = Math.round(Math.log10(hi));
    const every = Math.ceil((last - first) / 6);
    return Array.from({length: Math.floor((last - first) / every) + 1},
                      (_, k) => 10 ** (first + k * every));
  };
  const short = value => sign(Math.abs(value) > 1e4 || (value !== 0 && 1e-3 > Math.abs(value))
    ? value.toExponential(1).replace(/\.0e/, 'e').replace('e', '·10^').replace('^+', '^')
        .replace(/\^(.*)/, (_, n) => raised(n)) : parseFloat(value.toPrecision(5)));

  // The canvas at the screen's resolution, cleared.
  function blank(canvas, heightOf) {
    const width = canvas.clientWidth, height = Math.round(heightOf(width));
    const scale = devicePixelRatio || 1;
    canvas.style.height = height + 'px';
    canvas.width = width * scale;
    canvas.height = height * scale;
    const g = canvas.getContext('2d');
    g.scale(scale, scale);
    g.font = '12px system-ui, sans-serif';
    return {g, width, height};
  }

  // Axes with their labels. Returns the maps from values to pixels.
  function axes({g, width, height}, colour, x, y, labels, log) {
    const left = log ? 42 : 52, right = 8, top = 24, bottom = 40;
    const w = width - left - right, h = height - top - bottom;
    const f = log ? Math.log10 : v => v;
    const X = v => left + w * (v - x[0]) / (x[1] - x[0]);
    const Y = v => top + h * (f(y[1]) - f(Math.max(v, log ? y[0] / 10 : v))) / (f(y[1]) - f(y[0]));
    g.strokeStyle = colour('rule');
    g.fillStyle = colour('ink');
    g.lineWidth = 1;
    g.beginPath();
    g.textAlign = 'center';
    for (const v of tics(x[0], x[1], Math.max(3, w / 60))) {
      g.moveTo(X(v), top);
      g.lineTo(X(v), top + h);
      g.fillText(short(v), X(v), top + h + 15);
    }
    g.textAlign = 'right';
    g.fillText(labels[0], left + w, height - 5);
    for (const v of log ? decades(y[0], y[1]) : tics(y[0], y[1], 6)) {
      g.moveTo(left, Y(v));
      g.lineTo(left + w, Y(v));
      g.fillText(log ? '10' + raised(Math.round(Math.log10(v))) : short(v), left - 6, Y(v) + 4);
    }
    g.stroke();
    g.textAlign = 'left';
    g.fillText(labels[1], 4, 13);
    g.strokeStyle = colour('soft');
    g.strokeRect(left, top, w, h);
    g.beginPath();
    g.rect(left, top, w, h);
    g.clip();
    return {X, Y};
  }

  function line(g, xs, ys, X, Y, style, width, dash = []) {
    g.strokeStyle = style;
    g.lineWidth = width;
    g.setLineDash(dash);
    g.beginPath();
    let open = false;  // there is a gap where a value is not finite
    xs.forEach((x, i) => {
      const finite = Number.isFinite(ys[i]);
      if (finite) g[open ? 'lineTo' : 'moveTo'](X(x), Y(ys[i]));
      open = finite;
    });
    g.stroke();
    g.setLineDash([]);
  }

  const padded = ([lo, hi], share) => [lo - share * (hi - lo), hi + share * (hi - lo)];
  const range = values => values.reduce(([lo, hi], v) => [Math.min(lo, v), Math.max(hi, v)],
                                        [Infinity, -Infinity]);
  const widened = ([lo, hi]) => hi > lo ? [lo, hi] : [lo - 1, hi + 1];

  const hex = text => [1, 3, 5].map(k => parseInt(text.slice(k, k + 2), 16));
  function shade(palette, share) {
    const at = Math.min(1, Math.max(0, share)) * (palette.length - 1);
    const k = Math.min(palette.length - 2, Math.floor(at));
    const a = hex(palette[k]), b = hex(palette[k + 1]);
    return 'rgb(' + a.map((v, i) => Math.round(v + (at - k) * (b[i] - v))).join() + ')';
  }

  function start(player) {
    const data = JSON.parse(player.querySelector('script').textContent);
    for (const [key, value] of Object.entries(data))
      if (typeof value === 'string') data[key] = floats(value);
      else if (value.steps) data[key] = stepped(value);
    data.prediction = data.network.map((v, i) => v - data.difference[i]);
    for (const key of ['spectrum_network', 'spectrum_prediction'])
      if (data[key]) data[key] = data[key].map(v => 10 ** v);
    const frame = (values, k) => {
      const length = values.length / data.frames;
      return values.subarray(k * length, (k + 1) * length);
    };
    const slider = player.querySelector('input'), button = player.querySelector('button');
    const now = player.querySelector('.now');
    const colour = name => getComputedStyle(player).getPropertyValue('--' + name).trim();
    const coordinate = (values, which) =>
      Array.from({length: values.length / data.dim}, (_, i) => values[i * data.dim + which]);
    const x1 = coordinate(data.x, 0), s1 = coordinate(data.samples, 0);
    const x2 = data.dim > 1 ? coordinate(data.x, 1) : null;
    const s2 = data.dim > 1 ? coordinate(data.samples, 1) : null;

    function functions(canvas, k) {
      const place = blank(canvas, w => 0.62 * w), {g} = place;
      const x = padded(widened(range(x1.concat(s1))), 0.02), y = padded(data.y_range, 0.06);
      const {X, Y} = axes(place, colour, x, y, ['x', 'f(x)']);
      if (data.target) line(g, x1, data.target, X, Y, colour('target'), 1.5);
      line(g, x1, frame(data.network, k), X, Y, colour('network'), 2.5);
      line(g, x1, frame(data.prediction, k), X, Y, colour('prediction'), 2.5, [8, 5]);
      g.fillStyle = colour('samples');
      s1.forEach((s, i) => {
        g.beginPath();
        g.arc(X(s), Y(data.y[i]), 3.5, 0, 7);
        g.fill();
      });
    }

    function spectra(canvas, k) {
      const place = blank(canvas, w => data.dim > 1 ? w + 20 : 0.62 * w), {g} = place;
      const q = data.frequency, last = frame(data.spectrum_prediction, data.frames - 1);
      const {X, Y} = axes(place, colour, [0, q[q.length - 1]], data.spectrum_range,
                          ['ξ, cycles per unit of x', 'amplitude |F[f](ξ)|'], true);
      line(g, q, last, X, Y, colour('reference'), 5);
      line(g, q, frame(data.spectrum_network, k), X, Y, colour('network'), 2.5);
      line(g, q, frame(data.spectrum_prediction, k), X, Y, colour('prediction'), 2.5, [8, 5]);
    }

    function map(canvas, k, values, palette, lo, hi, marks) {
      const {g, width} = blank(canvas, w => w + 26);
      const left = 34, top = 6, side = width - left - 10;
      const cell = data.cell || [0, 0];
      const around = (xs, c) => { const [a, b] = widened(range(xs)); return [a - c / 2, b + c / 2]; };
      const x = around(x1, cell[0]), y = around(x2, cell[1]);
      const X = v => left + side * (v - x[0]) / (x[1] - x[0]);
      const Y = v => top + side * (y[1] - v) / (y[1] - y[0]);
      const fill = v => shade(palette, (v - lo) / (hi - lo));
      const clear = colour('reference');
      g.save();
      g.beginPath();
      g.rect(left, top, side, side);
      g.clip();
      values.forEach((v, i) => {
        g.fillStyle = Number.isFinite(v) ? fill(v) : clear;
        const a = Math.floor(X(x1[i] - cell[0] / 2)), b = Math.floor(Y(x2[i] + cell[1] / 2));
        if (data.cell)
          g.fillRect(a, b, Math.ceil(X(x1[i] + cell[0] / 2)) - a,
                     Math.ceil(Y(x2[i] - cell[1] / 2)) - b);
        else
          g.fillRect(X(x1[i]) - 2, Y(x2[i]) - 2, 4, 4);
      });
      g.restore();
      s1.forEach((s, i) => {
        g.beginPath();
        g.arc(X(s), Y(s2[i]), 4.5, 0, 7);
        if (marks) {
          g.fillStyle = fill(data.y[i]);
          g.fill();
        }
        g.lineWidth = 3;
        g.strokeStyle = '#fff';
        g.stroke();
        g.lineWidth = 1.5;
        g.strokeStyle = '#000';
        g.stroke();
      });
      g.fillStyle = colour('ink');
      g.textAlign = 'center';
      for (const v of tics(x[0], x[1], 4)) g.fillText(short(v), X(v), top + side + 15);
      g.fillText('x₁', left + side / 2, top + side + 30);
      g.textAlign = 'right';
      for (const v of tics(y[0], y[1], 4)) g.fillText(short(v), left - 4, Y(v) + 4);
      g.fillText('x₂', 14, top + side / 4);
      const bar = top + side + 38;  // the colour scale
      for (let i = 0; side > i; ++i) {
        g.fillStyle = shade(palette, i / side);
        g.fillRect(left + i, bar, 2, 8);
      }
      g.fillStyle = colour('ink');
      [['left', lo], ['center', (lo + hi) / 2], ['right', hi]].forEach(([align, v], i) => {
        g.textAlign = align;
        g.fillText(short(parseFloat(v.toPrecision(2))), left + side * i / 2, bar + 21);
      });
    }

    const largest = Math.max(...data.y_range.map(Math.abs));
    const signed = 0 > data.y_range[0] && data.y_range[1] > 0;
    const values = (canvas, k, which) =>
      map(canvas, k, frame(data[which], k), data.palettes[signed ? 'signed' : 'magnitudes'],
          signed ? -largest : data.y_range[0], signed ? largest : data.y_range[1], true);
    const drawings = {
      functions, spectra,
      network: (canvas, k) => values(canvas, k, 'network'),
      prediction: (canvas, k) => values(canvas, k, 'prediction'),
      difference(canvas, k) {
        map(canvas, k, frame(data.difference, k), data.palettes.signed, ...data.difference_range);
      },
    };

    // Where the training is, in words and numbers.
    function words(k) {
      const t = 't = ' + number(data.t[k]);
      const left = data.loss[k] / data.loss[0];
      if (k === 0) return `${t}, before training`;
      const stage = k === data.frames - 1 ? 'the end of training'
        : left > 0.9 ? 'hardly begun' : left > 0.1 ? 'under way'
        : left > 1e-3 ? 'nearly fitted' : 'fitted';
      return Number.isFinite(left) ? `${t}, ${stage}: ${number(100 * left)} % of the loss is left`
        : `${t}, ${stage}`;
    }

    function draw() {
      const k = +slider.value;
      for (const canvas of player.querySelectorAll('canvas'))
        if (canvas.clientWidth > 0) drawings[canvas.dataset.panel](canvas, k);
      now.textContent = words(k);
      slider.setAttribute('aria-valuetext', words(k));
    }

    let timer = null;
    function pause() {
      clearTimeout(timer);
      timer = null;
      button.textContent = 'Play';
    }
    function step() {
      if (+slider.value >= data.frames - 1) return pause();
      slider.value = +slider.value + 1;
      draw();
      timer = setTimeout(step, calm.matches ? 1000 : 100);  // calm: single pictures, no motion
    }
    button.addEventListener('click', () => {
      if (timer !== null) return pause();
      if (+slider.value >= data.frames - 1) slider.value = 0;
      draw();
      button.textContent = 'Pause';
      timer = setTimeout(step, calm.matches ? 1000 : 300);
    });
    slider.addEventListener('input', () => {
      pause();
      draw();
    });
    dark.addEventListener('change', draw);
    player.querySelector('.moving').hidden = false;
    addEventListener('resize', draw);
    draw();
  }

  document.querySelectorAll('.player').forEach(start);
})();
