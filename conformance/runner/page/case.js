// One case: a line, and below it everything about it, made when it is opened.
function clause_line(id) {
  const clause = clauses.get(id);
  if (!clause?.obligation) return element('li', {}, link_to({ clause: id }, element('code', {}, id)));
  return element('li', {}, link_to({ clause: id }, element('code', {}, id)), ' ',
    element('span', { class: 'tag' }, clause.level), ' ',
    element('span', { class: 'tag' }, authorities[clause.authority] ?? clause.authority), ' ', clause.obligation);
}

function facts(rows) {
  const list = element('dl');
  for (const [name, value] of rows) {
    if (value === undefined || value === null || value === '') continue;
    list.append(element('dt', {}, name), element('dd', {}, value));
  }
  return list;
}

// Where what came differs from what was expected, as JSON pointers. What was observed about a violation has no such
// place of its own.
function differing(entry) {
  if (entry.mismatch) return [entry.mismatch];
  if (!entry.observations || !entry.expected || !entry.got) return [];
  return Object.keys(entry.expected).filter((key) => entry.got[key] !== entry.expected[key]).map((key) => `/${key}`);
}

// What was expected beside what came.
function versus(entry) {
  if (entry.expected === undefined || (entry.expected === null && entry.got === null)) return '';
  const came = entry.got === null ? element('pre', {}, 'nothing') : json_block(entry.got, differing(entry));
  const expected = entry.expected === null ? element('pre', {}, 'no frame in particular') : json_block(entry.expected, differing(entry));
  const place = entry.mismatch ? element('span', { class: 'dim' }, ` differs at ${entry.mismatch}`) : '';
  return element('div', { class: 'versus' },
    element('div', {}, element('h4', {}, 'Expected'), expected),
    element('div', {}, element('h4', {}, 'Came', place), came));
}

const observed_words = {
  told: ['it told of a protocol error', 'it told of no protocol error'], closed: ['it gave the link up', 'it kept the link'],
  not_honoured: ['it gave no normal answer', 'it gave a normal answer'], survived: ['it survived', 'it crashed or hung'],
};
function observed(seen) {
  return Object.entries(seen ?? {}).map(([what, value]) => observed_words[what]?.[value ? 0 : 1] ?? what).join(', ');
}

function again_line(line) {
  if (!line) return '';
  const button = element('button', { type: 'button', click: async () => {
    try {
      await navigator.clipboard.writeText(line);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code);
    }
  } }, 'Copy');
  const code = element('pre', {}, line);
  return element('div', { class: 'again' }, code, button);
}

function setting_of(entry) {
  return [entry.transport, entry.conduit && `${entry.conduit} conduit`, `voxspec is the ${entry.role}`].filter(Boolean).join(', ');
}

function cost_of(cost) {
  if (!cost) return '';
  const memory = cost.memory_kib === undefined ? [] : [`${(cost.memory_kib / 1024).toFixed(0)} MiB`];
  return [...memory, `${cost.processor_ms.toFixed(0)} ms of the processor`].join(', ');
}

function entry_section(item, column) {
  const entry = item.entries[column];
  const heading = several ? [element('h3', {}, labels[column], ' ', entry ? verdict_badge(entry.verdict) : '')] : [];
  if (!entry) return element('section', {}, ...heading, element('p', { class: 'dim' }, 'This result does not have the case.'));
  return element('section', {}, ...heading,
    facts([
      ['setting', setting_of(entry)],
      ['reason', entry.reason],
      ['finding', entry.finding],
      ['hindrance', entry.hindrance],
      ['step', entry.step && element('code', {}, entry.step)],
      ['observed', observed(entry.observations)],
      ['time', entry.ms === undefined ? '' : `${entry.ms} ms, after ${entry.start_ms ?? 0} ms to come up`],
      ['the subject took', cost_of(entry.cost)],
    ]),
    versus(entry),
    element('h4', {}, 'On the wire'), sequence(entry, several ? labels[column] : reports[column].subject),
    ...(entry.output ? [element('h4', {}, 'The subject wrote'), element('pre', {}, entry.output)] : []),
    ...(entry.again ? [element('h4', {}, 'Again'), again_line(entry.again)] : []));
}

function fill_body(body, item) {
  body.append(
    facts([
      ['claim', item.some.about],
      ['clauses', item.some.clauses?.length ? element('ul', {}, ...item.some.clauses.map(clause_line)) : ''],
      ['link', link_to({ case: item.id }, 'this case')],
    ]),
    element('div', { class: 'subjects' }, ...item.entries.map((_, column) => entry_section(item, column))));
}

function case_verdicts(item) {
  const change = item.change ? [element('span', { class: 'tag' }, item.change)] : [];
  if (!several) return [...change, verdict_badge(item.some.verdict)];
  return [...change, ...item.entries.map((entry, column) => element('span', { title: labels[column] },
    element('span', { class: 'hidden-text' }, `${labels[column]}: `),
    entry ? verdict_badge(entry.verdict) : element('span', { class: 'dim' }, 'no case')))];
}

// Where the reason stands above a group already, the claim says more.
function case_element(item, says = 'reason') {
  const body = element('div', { class: 'body' });
  const spoken = item.entries.find((entry) => entry && entry.verdict !== 'pass' && entry.reason);
  const details = element('details', { class: 'case', 'data-case': item.id },
    element('summary', {}, element('span', { class: 'verdicts' }, ...case_verdicts(item)), element('code', {}, item.id),
      element('span', { class: 'why' }, (says === 'reason' && spoken?.reason) || item.some.about || '')), body);
  details.addEventListener('toggle', () => {
    if (details.open && body.childElementCount === 0) fill_body(body, item);
  });
  return details;
}

// Opens it at once, since the event of a details element comes later than a jump to it.
function open_case(details, item) {
  const body = details.querySelector('.body');
  if (body.childElementCount === 0) fill_body(body, item);
  details.open = true;
  details.classList.add('target');
}
