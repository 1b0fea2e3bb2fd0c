// The reports of the page as tables that the views draw from.
const data = JSON.parse(document.getElementById('report-data').textContent);
const { reports, labels } = data;
const several = reports.length > 1;

const verdicts = {
  fail: ['fail', '✗'], unexpected_pass: ['unexpected pass', '!'], not_run: ['not run', '?'],
  known: ['known', 'k'], non_strict: ['non-strict', '△'], differs: ['differs', '≠'],
  unsupported: ['unsupported', '–'], pass: ['pass', '✓'],
};
const verdict_order = Object.keys(verdicts);
const needs_look = (verdict) => ['fail', 'unexpected_pass', 'not_run'].includes(verdict);
const authorities = {
  text: 'by the written specification', bytes: 'by the bytes of 0.4.0', behaviour: 'by what 0.4.0 does',
};
const ends = {
  open: 'still open', closed: 'ended by a close frame', eof: 'ended at a frame boundary',
  truncated: 'ended inside a frame', reset: 'reset by the transport',
  broken: 'ended, since the subject broke the rules of the transport', ours: 'ended by voxspec', none: 'there was no link',
};

// Each clause and rule that a report knows, with the words about it. Older reports have the ids only.
const clauses = new Map();
const rules = new Map();
for (const report of reports) {
  for (const each of report.clauses ?? []) {
    clauses.set(each.clause, { ...each, rule: each.rule ?? each.clause.replace(/\/\d+$/, '') });
  }
  for (const each of report.rules ?? []) rules.set(each.rule, each);
}
const rule_of = (clause) => clause.replace(/\/\d+$/, '');
// By rule, then by number.
const by_clause = (a, b) => (rule_of(a) < rule_of(b) ? -1 : rule_of(a) > rule_of(b) ? 1 : Number(a.split('/')[1]) - Number(b.split('/')[1]));

// Each case of any report: what it is, and its entry in each report, undefined where it has none.
const cases = new Map();
reports.forEach((report, column) => {
  for (const entry of report.cases) {
    let item = cases.get(entry.id);
    if (!item) {
      item = { id: entry.id, chapter: entry.id.split('/')[0], entries: Array(reports.length).fill(undefined) };
      cases.set(entry.id, item);
    }
    item.entries[column] = entry;
  }
});
for (const item of cases.values()) {
  item.some = item.entries.find((entry) => entry);
  const seen = new Set(item.entries.map((entry) => entry?.verdict));
  item.differs = seen.size > 1;
}
const changes = new Map((data.differences ?? []).map(({ case: id, change }) => [id, change]));
for (const [id, change] of changes) {
  const item = cases.get(id);
  if (item) Object.assign(item, { differs: true, change });
}
const sorted_cases = [...cases.values()].sort((a, b) => worst_of(a) - worst_of(b) || (a.id < b.id ? -1 : 1));

function worst_of(item) {
  return Math.min(...item.entries.map((entry) => (entry ? verdict_order.indexOf(entry.verdict) : 99)));
}

// Everything that is shown about a case, in small letters, made when somebody first searches.
function text_of(item) {
  if (item.text === undefined) {
    const words = item.some.clauses?.map((id) => clauses.get(id)).filter(Boolean)
      .map((clause) => `${clause.obligation} ${clause.level} ${rules.get(clause.rule)?.summary ?? ''}`) ?? [];
    const entries = item.entries.map((entry) => (entry ? `${JSON.stringify(entry)} ${verdicts[entry.verdict]?.[0]}` : ''));
    item.text = [...entries, ...words].join(' ').replaceAll('\\"', '"').toLowerCase();
  }
  return item.text;
}

// The cases that need a look, by cause as the reports have them; then the other verdicts, by reason.
function groups_of(report, column) {
  const groups = (report.causes ?? []).map((cause) => ({ verdict: cause.verdict, ids: cause.cases }));
  const grouped = new Set(groups.flatMap((group) => group.ids));
  const others = new Map();
  for (const entry of report.cases) {
    if (entry.verdict === 'pass' || grouped.has(entry.id)) continue;
    const key = `${entry.verdict} ${entry.reason}`;
    if (!others.has(key)) others.set(key, { verdict: entry.verdict, ids: [] });
    others.get(key).ids.push(entry.id);
  }
  const rank = (group) => verdict_order.indexOf(group.verdict);
  const rest = [...others.values()].sort((a, b) => rank(a) - rank(b) || b.ids.length - a.ids.length);
  return [...groups, ...rest].map((group) => ({
    ...group, items: group.ids.map((id) => cases.get(id)).filter(Boolean),
    reason: cases.get(group.ids[0])?.entries[column]?.reason || 'no reason given',
  }));
}
