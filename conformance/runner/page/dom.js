// element('a', { href: '#' }, 'text', …): attributes, and handlers where the value is a function.
function element(name, attributes = {}, ...content) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(key, value);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== false && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...content.filter((each) => each !== undefined && each !== null && each !== ''));
  return node;
}

function verdict_badge(verdict, text) {
  return element('span', { class: `v ${verdict}` }, text ?? verdicts[verdict]?.[0] ?? verdict);
}

// A place on this page that can be sent to somebody.
function hash_of(parameters) {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value) search.set(key, value);
  return `#${search.toString().replaceAll('%2F', '/').replaceAll('%40', '@').replaceAll('%2C', ',')}`;
}

const link_to = (parameters, ...content) => element('a', { href: hash_of(parameters) }, ...content);

// A list that grows by a button, so that long ones are quick to show.
function growing_list(items, element_of, first, step = 200) {
  const list = element('div');
  let shown = 0;
  const button = element('button', { class: 'more', type: 'button', click: () => grow(step) });
  function grow(count) {
    for (const end = Math.min(shown + count, items.length); shown < end; ++shown) {
      list.append(element_of(items[shown]));
    }
    button.hidden = shown >= items.length;
    const left = items.length - shown;
    button.textContent = left <= step ? `Show ${left} more` : `Show ${step} of ${left} more`;
  }
  grow(first);
  return element('div', {}, list, button);
}

// JSON as lines, the places of some pointers marked.
function json_block(value, pointers = []) {
  const pre = element('pre');
  let line = '';
  const end_line = (marked) => {
    pre.append(marked ? element('mark', {}, line) : line, '\n');
    line = '';
  };
  const write = (each, indent, path, prefix, suffix) => {
    const here = path !== '' && pointers.includes(path);
    line = indent + prefix;
    const inner = typeof each === 'object' && each !== null ? Object.entries(each) : [];
    const flat = JSON.stringify(each) ?? 'nothing';
    const holds_mark = pointers.some((pointer) => pointer.startsWith(`${path}/`));
    if (inner.length === 0 || (flat.length < 60 && !holds_mark)) {
      line += flat + suffix;
      return end_line(here);
    }
    const is_list = Array.isArray(each);
    line += is_list ? '[' : '{';
    end_line(here);
    inner.forEach(([key, child], index) => {
      const escaped = key.replaceAll('~', '~0').replaceAll('/', '~1');
      write(child, `${indent}  `, `${path}/${escaped}`, is_list ? '' : `${JSON.stringify(key)}: `,
        index + 1 < inner.length ? ',' : '');
    });
    line = indent + (is_list ? ']' : '}') + suffix;
    return end_line(false);
  };
  write(value, '', '', '', '');
  return pre;
}

// JSON cut to what a line can hold.
function brief(value) {
  const cut = (each, key) => {
    if (typeof each === 'string') return each.length > 96 ? `${each.slice(0, 96)}… (${each.length} characters)` : each;
    if (Array.isArray(each)) {
      if (key === 'message_payload_schema' && each.length > 1) return `… ${each.length} schemas`;
      const list = each.slice(0, 6).map((child) => cut(child));
      return each.length > 6 ? [...list, `… ${each.length} in all`] : list;
    }
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, child]) => [name, cut(child, name)]));
  };
  return JSON.stringify(cut(value));
}
