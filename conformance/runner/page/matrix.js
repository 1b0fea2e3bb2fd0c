// Clause by clause: a column for each subject, role and transport that cases ran with.
const column_of = (entry) => `${entry.role} ${entry.transport}`;

// Those of each report in which any of the clauses has a cell.
function matrix_columns(cells, ids) {
  const wanted = new Set(ids);
  const seen = [...cells.keys()].map((key) => key.split('|')).filter(([clause]) => wanted.has(clause));
  return reports.map((_, index) => ({
    index, keys: [...new Set(seen.filter(([, of]) => Number(of) === index).map(([, , key]) => key))].sort(),
  })).filter(({ keys }) => keys.length > 0);
}

// clause → report → column → verdict → number of cases
function count_cells(items) {
  const cells = new Map();
  for (const item of items) {
    item.entries.forEach((entry, index) => {
      if (!entry || !entry_fits(entry)) return;
      for (const clause of entry.clauses ?? []) {
        const key = `${clause}|${index}|${column_of(entry)}`;
        if (!cells.has(key)) cells.set(key, {});
        const counts = cells.get(key);
        counts[entry.verdict] = (counts[entry.verdict] ?? 0) + 1;
      }
    });
  }
  return cells;
}

function matrix_cell(counts, clause, key) {
  if (!counts) return element('td', { class: 'cell dim' }, '·');
  const [role, transport] = key.split(' ');
  const seen = verdict_order.filter((verdict) => counts[verdict]);
  const words = seen.map((verdict) => `${counts[verdict]} ${verdicts[verdict][0]}`).join(', ');
  const parts = seen.flatMap((verdict) => [verdict_badge(verdict, `${verdicts[verdict][1]}${counts[verdict]}`), ' ']);
  return element('td', { class: `cell${seen.some(needs_look) ? ' bad' : ''}` },
    element('a', { href: hash_of({ clause, role, transport: transport || 'none' }), 'aria-label': words, title: words }, ...parts));
}

function matrix_head(columns) {
  const words = (key) => key.split(' ');
  const fixed = ['clause', 'level', 'authority', 'says'].map((word) => element('th', { scope: 'col', rowspan: several ? 2 : 1, class: word === 'says' ? 'obligation' : undefined }, word));
  const each = columns.flatMap(({ keys }) => keys.map((key) => element('th', { scope: 'col' },
    `as ${words(key)[0]}`, element('br'), words(key)[1] || 'no link')));
  if (!several) return element('thead', {}, element('tr', {}, ...fixed, ...each));
  const subjects = columns.map(({ index, keys }) => element('th', { scope: 'colgroup', colspan: keys.length }, labels[index]));
  return element('thead', {}, element('tr', {}, ...fixed, ...subjects), element('tr', {}, ...each));
}

function rule_row(rule, width) {
  const known = rules.get(rule);
  return element('tr', { class: 'rule' }, element('th', { scope: 'rowgroup', colspan: width },
    element('div', {}, link_to({ rule }, rule), ' ', element('span', { class: 'dim' }, known?.summary ?? ''))));
}

function clause_row(id, cells, columns) {
  const clause = clauses.get(id);
  const row = columns.flatMap(({ index, keys }) => keys.map((key) => matrix_cell(cells.get(`${id}|${index}|${key}`), id, key)));
  return element('tr', {}, element('th', { scope: 'row' }, link_to({ clause: id }, element('code', {}, `/${id.split('/').pop()}`),
    element('span', { class: 'hidden-text' }, ` ${id}`))),
  element('td', {}, clause?.level ?? ''), element('td', {}, clause?.authority ?? ''),
  element('td', { class: 'obligation' }, clause?.obligation ?? ''), ...row);
}

// The clauses with a cell that says anything but pass.
function not_only_passed(cells) {
  const seen = new Set();
  for (const [key, counts] of cells) {
    if (Object.keys(counts).some((verdict) => verdict !== 'pass')) seen.add(key.split('|')[0]);
  }
  return seen;
}

function legend() {
  return element('p', { class: 'legend' }, ...verdict_order.map((verdict) => element('span', {},
    verdict_badge(verdict, verdicts[verdict][1]), ` ${verdicts[verdict][0]}`)),
  element('span', {}, '"as initiator": voxspec is the initiator, the subject the acceptor'));
}

function matrix_view(items) {
  const cells = count_cells(items);
  const ids = [...new Set([...cells.keys()].map((key) => key.split('|')[0]))].sort(by_clause);
  const worth_a_look = not_only_passed(cells);
  const others = ids.filter((id) => worth_a_look.has(id));
  const shown = state.get('clauses') === 'all' || others.length === 0 ? ids : others;
  const columns = matrix_columns(cells, shown);
  const width = 4 + columns.reduce((sum, { keys }) => sum + keys.length, 0);
  const table = element('table', { class: 'matrix' }, matrix_head(columns));
  let body;
  let rule;
  for (const id of shown) {
    if (rule_of(id) !== rule) {
      rule = rule_of(id);
      body = element('tbody', {}, rule_row(rule, width));
      table.append(body);
    }
    body.append(clause_row(id, cells, columns));
  }
  const all = { ...Object.fromEntries(state), view: 'clauses', clauses: shown === ids ? '' : 'all' };
  const toggle = others.length && others.length < ids.length ? link_to(all,
    shown === ids ? 'Only those that did not simply pass' : `All ${ids.length} clauses that were judged`) : '';
  return [element('h2', {}, shown === ids ? 'Clauses' : `Clauses that did not simply pass (${others.length} of ${ids.length})`),
    element('p', {}, toggle), legend(), element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Clauses by role and transport' }, table)];
}

// What a rule or clause asks for, in our own words, with the marker that the specification has there.
function about_rule(rule, only) {
  const of_rule = [...clauses.values()].filter((clause) => clause.rule === rule)
    .sort((a, b) => by_clause(a.clause, b.clause));
  const lines = of_rule.map((clause) => element('li', {},
    link_to({ clause: clause.clause }, clause.clause === only ? element('strong', {}, clause.clause) : clause.clause), ' ',
    element('span', { class: 'tag' }, clause.level ?? '?'), ' ', element('span', { class: 'tag' }, authorities[clause.authority] ?? ''), ' ',
    clause.clause === only ? element('strong', {}, clause.obligation ?? '') : clause.obligation ?? '',
    clause.shipped ? element('div', { class: 'dim' }, `0.4.0: ${clause.shipped}`) : ''));
  return element('section', { class: 'about-rule' },
    element('h2', {}, only ?? rule), element('p', {}, rules.get(rule)?.summary ?? ''),
    element('p', { class: 'dim' }, 'In the specification at the marker ', element('code', {}, `r[${rule}]`),
      '; all about it: ', element('code', {}, `voxspec explain ${only ?? rule}`)),
    element('ul', {}, ...lines), only ? element('p', {}, link_to({ rule }, 'All cases of the rule')) : '');
}
