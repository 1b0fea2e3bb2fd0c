// What was said on the wire, as a diagram with two lanes: voxspec left, the subject right.
const frames_shown_max = 40;
const other_role = { initiator: 'acceptor', acceptor: 'initiator' };

function hex_of(frame) {
  const digits = frame.hex ?? '';
  const bytes = frame.bytes ?? digits.length / 2;
  const shown = digits.slice(0, 96);
  const sum = `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  return element('span', { class: 'hex' }, element('code', {}, shown || '(empty)'),
    `${shown.length < 2 * bytes ? '…' : ''} ${frame.raw ? 'raw, ' : ''}${sum}`);
}

// Shown when it is opened, since most are not.
function whole_frame(frame, decoded) {
  const details = element('details', {}, element('summary', {}, 'all fields and bytes'));
  details.addEventListener('toggle', () => {
    if (!details.open || details.childElementCount > 1) return;
    const bytes = frame.bytes ?? 0;
    details.append(decoded === null ? '' : json_block(decoded), element('pre', {}, frame.hex),
      bytes ? element('p', { class: 'dim' }, `The first ${frame.hex.length / 2} of ${bytes} bytes; run --json has all.`) : '');
  });
  return details;
}

// The fields of a frame behind its kind and connection, which stand before them.
function fields_of(decoded, kind) {
  const keys = Object.keys(decoded);
  const is_plain = kind in decoded && keys.every((key) => key === kind || key === 'on');
  if (!is_plain) return [element('code', {}, brief(decoded))];
  const on = 'on' in decoded ? [element('span', { class: 'tag' }, `on ${decoded.on}`), ' '] : [];
  return [...on, element('code', {}, brief(decoded[kind]))];
}

function frame_row(entry, frame) {
  const sent = 'sent' in frame;
  const decoded = (sent ? frame.sent : frame.received) ?? null;
  const is_long = frame.hex?.length > 96 || (decoded && JSON.stringify(decoded).length > 120);
  const note = frame.decisive
    ? element('span', { class: 'verdict-here' }, `▶ this frame decided: ${verdicts[entry.verdict]?.[0] ?? entry.verdict}`) : '';
  return element('li', { class: `${sent ? 'sent' : 'received'}${frame.decisive ? ' decisive' : ''}` },
    element('span', { class: 'said' }, note,
      element('span', { class: 'time' }, `${(frame.at_us / 1000).toFixed(1)} ms`),
      element('span', { class: 'hidden-text' }, sent ? 'voxspec sends ' : 'the subject sends '),
      frame.link ? element('span', { class: 'tag' }, `link ${frame.link}`) : '', ' ',
      frame.kind ? element('strong', {}, frame.kind) : '', ' ',
      frame.layer ? element('span', { class: 'tag' }, frame.layer) : '', ' ',
      ...(decoded === null ? [element('span', { class: 'dim' }, frame.problem || 'not decoded')] : fields_of(decoded, frame.kind))),
    element('span', { class: 'arrow' }),
    element('span', { class: 'said' }, hex_of(frame), is_long ? whole_frame(frame, decoded) : ''));
}

const gap_row = (text, ...more) => element('li', { class: 'gap' }, text, ...more);

function fill_sequence(list, entry, from, to) {
  const { frames } = entry;
  const rows = [];
  if (from > 0) rows.push(gap_row(`${from} earlier frames `, show_all_button(list, entry)));
  for (let i = from; i < to; ++i) {
    if (entry.frames_dropped && i === entry.dropped_before) rows.push(gap_row(`… ${entry.frames_dropped} frames that were not kept …`));
    rows.push(frame_row(entry, frames[i]));
  }
  if (to < frames.length) rows.push(gap_row(`${frames.length - to} later frames `, show_all_button(list, entry)));
  if (entry.awaited) {
    rows.push(element('li', { class: 'received decisive absent' },
      element('span', { class: 'said' },
        element('span', { class: 'verdict-here' }, '▶ here the frame that was expected did not come'),
        element('code', {}, brief(entry.expected))),
      element('span', { class: 'arrow' })));
  }
  rows.push(gap_row(`The link: ${ends[entry.end] ?? entry.end}; the process: ${entry.process ?? 'unknown'}.`));
  list.replaceChildren(...rows);
}

function show_all_button(list, entry) {
  return element('button', { type: 'button', click: () => fill_sequence(list, entry, 0, entry.frames.length) }, 'show all');
}

function sequence(entry, label) {
  if (!entry.frames?.length) {
    const why = entry.verdict === 'pass' ? 'Passed; its frames are in the report of run --json, and with run -v.' : 'No frame was seen.';
    return element('p', { class: 'dim' }, why);
  }
  const list = element('ol', { class: 'seq' });
  const decisive = entry.frames.findIndex((frame) => frame.decisive);
  const last = decisive < 0 ? entry.frames.length - 1 : decisive;
  const from = entry.frames.length <= frames_shown_max ? 0 : Math.max(0, last - frames_shown_max + 8);
  fill_sequence(list, entry, from, Math.min(entry.frames.length, Math.max(last + 8, frames_shown_max)));
  return element('div', {},
    element('div', { class: 'lanes' }, element('span', {}, `voxspec, the ${entry.role}`),
      element('span', {}, `${label}, the ${other_role[entry.role] ?? 'other'}`)), list);
}
