// The state is the part of the address behind #, so that whatever is shown can be sent to somebody.
const failing = [...cases.values()].some((item) => item.entries.some((entry) => entry && needs_look(entry.verdict)));
const first_view = several ? 'cases' : failing ? 'causes' : 'clauses';
const views = { causes: 'Causes', clauses: 'Clauses', cases: 'Cases' };
const tools = document.getElementById('tools');
const main = document.getElementById('main');
let state = new Map();

const values_of = (pick) => [...new Set([...cases.values()].flatMap((item) => item.entries.filter(Boolean).map((entry) => pick(entry, item))))].sort();
const there = verdict_order.filter((verdict) => reports.some((report) => report.cases.some((entry) => entry.verdict === verdict)));

function wanted_verdicts() {
  return state.has('verdict') ? state.get('verdict').split(',') : there;
}

function entry_fits(entry) {
  const transport = state.get('transport');
  return wanted_verdicts().includes(entry.verdict) &&
    (!state.has('role') || entry.role === state.get('role')) &&
    (!transport || (transport === 'none' ? !entry.transport : entry.transport === transport));
}

function item_fits(item, words) {
  if (state.has('chapter') && item.chapter !== state.get('chapter')) return false;
  if (state.has('differ') && !item.differs) return false;
  if (!item.entries.some((entry) => entry && entry_fits(entry))) return false;
  const judged = item.some.clauses ?? [];
  if (state.has('clause') && !judged.includes(state.get('clause'))) return false;
  if (state.has('rule') && !judged.some((id) => rule_of(id) === state.get('rule'))) return false;
  return words.every((word) => text_of(item).includes(word));
}

function fitting_cases() {
  const words = (state.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return sorted_cases.filter((item) => item_fits(item, words));
}

function change(parameters) {
  const next = { ...Object.fromEntries(state), case: '', ...parameters };
  history.replaceState(null, '', hash_of(next));
  show();
}

function select_filter(name, key, values, words = (value) => value) {
  if (values.length < 2) return '';
  const select = element('select', { name: key, change: () => change({ [key]: select.value }) },
    element('option', { value: '' }, 'any'), ...values.map((value) => element('option', { value }, words(value))));
  return element('label', {}, `${name} `, select);
}

function verdict_filter() {
  const toggle = () => {
    const checked = [...tools.querySelectorAll('[name=verdict]')].filter((box) => box.checked).map((box) => box.value);
    change({ verdict: checked.length === there.length ? '' : checked.join(',') || 'no' });
  };
  return element('fieldset', {}, element('legend', {}, 'verdict'), ...there.map((verdict) => element('label', {},
    element('input', { type: 'checkbox', name: 'verdict', value: verdict, change: toggle }), ' ', verdict_badge(verdict))));
}

function draw_tools() {
  let timer;
  const search = element('input', { type: 'search', name: 'q', placeholder: 'id, clause, reason, frame, bytes …', input: () => {
    clearTimeout(timer);
    timer = setTimeout(() => change({ q: search.value }), 120);
  } });
  const differ = several ? element('label', {}, element('input', { type: 'checkbox', name: 'differ',
    change: (event) => change({ differ: event.target.checked ? '1' : '' }) }), ' only differences') : '';
  tools.append(
    element('nav', { 'aria-label': 'Views' }, ...Object.entries(views).map(([view, word]) => element('a', { href: '#', 'data-view': view }, word)),
      element('output', { 'aria-live': 'polite' })),
    element('div', { class: 'filters', role: 'search' }, element('label', {}, 'text ', search), verdict_filter(),
      select_filter('voxspec is', 'role', values_of((entry) => entry.role)),
      select_filter('over', 'transport', values_of((entry) => entry.transport || 'none'), (value) => (value === 'none' ? 'no link' : value)),
      select_filter('chapter', 'chapter', values_of((_, item) => item.chapter)), differ,
      element('button', { type: 'button', click: () => { location.hash = hash_of({ view: current_view() }); } }, 'All cases')));
  tools.hidden = false;
}

function current_view() {
  if (state.has('case') || state.has('clause') || state.has('rule')) return 'cases';
  return views[state.get('view')] ? state.get('view') : first_view;
}

function update_tools(count) {
  for (const link of tools.querySelectorAll('nav a')) {
    const { view } = link.dataset;
    link.href = hash_of({ ...Object.fromEntries(state), case: '', clause: '', rule: '', view });
    if (view === current_view()) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  tools.querySelector('output').textContent = `${count} of ${cases.size} cases`;
  const shown = wanted_verdicts();
  for (const box of tools.querySelectorAll('[name=verdict]')) box.checked = shown.includes(box.value);
  for (const field of tools.querySelectorAll('select, [name=q]')) {
    if (field !== document.activeElement || field.value === '') field.value = state.get(field.name) ?? '';
  }
  const differ = tools.querySelector('[name=differ]');
  if (differ) differ.checked = state.has('differ');
}

function cause_section(group, items) {
  const sum = group.items.length === items.length ? `${items.length}` : `${items.length} of ${group.items.length}`;
  return element('section', { class: 'cause' },
    element('h3', {}, verdict_badge(group.verdict), ` ${sum} ${group.items.length === 1 ? 'case' : 'cases'}: `, group.reason),
    growing_list(items, (item) => case_element(item, 'claim'), 3, 50));
}

function causes_view(fitting) {
  const fits = new Set(fitting);
  return reports.flatMap((report, column) => {
    const sections = groups_of(report, column)
      .map((group) => [group, group.items.filter((item) => fits.has(item))]).filter(([, items]) => items.length > 0);
    return [element('h2', {}, several ? `Causes: ${labels[column]}` : 'Causes'),
      element('p', { class: 'dim' }, sections.length === 0 ? 'No case here did anything but pass.'
        : 'Cases with one verdict that fail for one mistake stand together, the most frequent first.'),
      growing_list(sections, ([group, items]) => cause_section(group, items), 30, 30)];
  });
}

function cases_view(fitting) {
  const about = state.has('clause') ? about_rule(rule_of(state.get('clause')), state.get('clause'))
    : state.has('rule') ? about_rule(state.get('rule')) : '';
  const list = growing_list(fitting, case_element, 200);
  const legend_line = several ? element('p', { class: 'dim' }, `Verdicts in the order ${labels.join(', ')}.`) : '';
  return [about, element('h2', {}, fitting.length === 1 ? '1 case' : `${fitting.length} cases`), legend_line, list];
}

function case_view(item) {
  const details = case_element(item);
  open_case(details, item);
  return [element('h2', {}, 'One case'), element('p', {}, link_to({ view: 'cases' }, 'All cases'), ' · ',
    link_to({ view: 'cases', chapter: item.chapter }, `Chapter ${item.chapter}`)), details];
}

function show() {
  state = new Map([...new URLSearchParams(location.hash.slice(1))].filter(([, value]) => value));
  const one = state.has('case') && cases.get(state.get('case'));
  const fitting = one ? [one] : fitting_cases();
  update_tools(fitting.length);
  if (state.has('case') && !one) {
    main.replaceChildren(element('p', { class: 'wrong' }, `This report has no case ${state.get('case')}.`));
    return;
  }
  const view = current_view();
  main.replaceChildren(...(one ? case_view(one) : view === 'clauses' ? matrix_view(fitting)
    : view === 'causes' ? causes_view(fitting) : cases_view(fitting)));
}

// Below the tools, which stay at the top of wide screens.
function go_to_results() {
  const covered = getComputedStyle(tools).position === 'sticky' ? tools.offsetHeight : 0;
  document.documentElement.style.scrollPaddingTop = `${covered}px`;
  if (state.has('case') || state.has('clause') || state.has('rule')) main.scrollIntoView();
}

if (location.hash === '' && changes.size > 0) history.replaceState(null, '', hash_of({ view: 'cases', differ: '1' }));
draw_tools();
show();
go_to_results();
addEventListener('hashchange', () => {
  show();
  go_to_results();
});
