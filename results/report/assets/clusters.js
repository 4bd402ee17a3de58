// The browser of clusters. Its state lies in the address, so that what is seen can be linked: #cluster-12, #q=dog&sort=size, ?id=12.
(function () {
  'use strict';

  const byId = (id) => document.getElementById(id);
  const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
  const make = shared.make;
  const report = shared.data('cluster-data');
  if (report === null) return;
  const strips = shared.data('strips');
  const defaults = { q: '', sort: 'number', reverse: '', head: String(report.best), labels: 'on', cluster: '' };
  const sorts = {
    number: (a, b) => a.number - b.number,
    size: (a, b) => b.size - a.size,
    purity: (a, b) => b.purity - a.purity,
    entropy: (a, b) => a.entropy - b.entropy,
    label: (a, b) => className(a.labels[0][0]).localeCompare(className(b.labels[0][0])),
  };
  const hasExamples = report.heads[report.best].clusters.some((cluster) => cluster.examples.length > 0);
  const kLabels = 5;  // of a cluster in words
  const kSegments = 12;  // of its bar
  let state = Object.assign({}, defaults);
  let entries = [];  // of the head that is shown: {cluster, card, tile}
  let shownHead = '';

  function className(label) {
    return report.classes[label] === undefined ? 'class ' + label : report.classes[label];
  }
  // Neighbours in the list of classes get hues far apart; every class has one colour on the whole page.
  function colourOf(label) {
    return 'hsl(' + ((label * 137.508 + 215) % 360).toFixed(1) + ', ' + [62, 52, 70][label % 3] + '%, ' + [54, 66, 43][label % 3] + '%)';
  }
  function dot(label) {
    const mark = make('span', 'dot');
    mark.style.background = colourOf(label);
    return mark;
  }
  function percent(share) {
    return (100 * share).toFixed(1) + ' %';
  }

  // --- Pictures: decoded when they come near, playing while they are seen ---

  const watcher = 'IntersectionObserver' in window ? new IntersectionObserver((changes) => {
    for (const change of changes) {
      change.target.classList.toggle('seen', change.isIntersecting);
      if (change.isIntersecting) load(change.target);
    }
  }, { rootMargin: '300px 0px' }) : null;

  function load(strip) {
    if (strip.style.backgroundImage === '') strip.style.backgroundImage = 'url("data:image/jpeg;base64,' + strips[strip.dataset.video] + '")';
  }
  function stripOf(video) {
    if (strips[video] === undefined) return make('div', 'strip gone', 'not readable');
    const strip = make('div', 'strip');
    strip.dataset.video = video;
    strip.setAttribute('role', 'img');
    strip.setAttribute('aria-label', report.frames + ' pictures of the video');
    if (watcher) {
      watcher.observe(strip);
    } else {
      strip.classList.add('seen');
      load(strip);
    }
    return strip;
  }
  function shortId(video) {
    return report.ids[video].replace(/^.*\//, '');
  }
  function exampleOf(video) {
    const example = make('figure');
    if (report.pictures) example.append(stripOf(video));
    const caption = make('figcaption');
    const label = make('span', 'named');
    label.append(dot(report.labels[video]), className(report.labels[video]));
    caption.append(label, make('span', 'id', shortId(video)));
    example.append(caption);
    return example;
  }

  // --- Clusters ---

  function barOf(cluster) {
    const bar = make('div', 'bar');
    bar.setAttribute('aria-hidden', 'true');  // the list below says the same
    let rest = cluster.size;
    for (const [label, count] of cluster.labels.slice(0, kSegments)) {
      const segment = make('i');
      segment.style.width = 100 * count / cluster.size + '%';
      segment.style.background = colourOf(label);
      segment.title = className(label) + ': ' + count;
      bar.append(segment);
      rest -= count;
    }
    if (rest > 0) {
      const segment = make('i', 'rest');
      segment.style.width = 100 * rest / cluster.size + '%';
      segment.title = 'others: ' + rest;
      bar.append(segment);
    }
    return bar;
  }
  function listOf(cluster) {
    const list = make('ul', 'list named');
    let rest = cluster.size;
    for (const [label, count] of cluster.labels.slice(0, kLabels)) {
      const item = make('li');
      item.append(dot(label), className(label), make('b', '', String(count)));
      list.append(item);
      rest -= count;
    }
    if (rest > 0) {
      const item = make('li');
      const others = cluster.labels.length - kLabels;
      item.append(make('span', 'dot rest'), others + (others === 1 ? ' other' : ' others'), make('b', '', String(rest)));
      list.append(item);
    }
    return list;
  }
  function measure(list, value, unit) {
    const item = make('li');
    item.append(make('b', '', value), ' ' + unit);
    list.append(item);
  }
  function linkTo(cluster, name) {
    const link = make('a', name, String(cluster.number));
    link.href = '#cluster-' + cluster.number;
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      visit(cluster.number);
    });
    return link;
  }
  function cardOf(cluster) {
    const card = make('article', 'card');
    card.id = 'cluster-' + cluster.number;
    card.tabIndex = -1;
    card.setAttribute('aria-label', 'Cluster ' + cluster.number);
    const title = make('h3');
    title.append(linkTo(cluster, 'number'), make('span', 'named', className(cluster.labels[0][0])));
    const measures = make('ul', 'measures');
    measure(measures, String(cluster.size), cluster.size === 1 ? 'video' : 'videos');
    measure(measures, percent(cluster.purity), 'pure');
    measure(measures, cluster.entropy.toFixed(2), 'bits of entropy');
    const found = make('p', 'found');
    found.hidden = true;
    card.append(title, measures, barOf(cluster), listOf(cluster), found);
    const examples = make('div', 'examples');
    for (const video of cluster.examples) examples.append(exampleOf(video));
    if (cluster.examples.length > 0) {
      card.append(examples);
    } else if (hasExamples) {
      card.append(make('p', 'nothing', 'None of the example videos of this page is in this cluster.'));
    }
    return card;
  }
  function tileOf(cluster) {
    const tile = linkTo(cluster, '');
    tile.setAttribute('aria-label', 'Cluster ' + cluster.number);
    const share = make('i');
    share.style.width = percent(cluster.purity).replace(' ', '');
    share.style.background = colourOf(cluster.labels[0][0]);
    tile.append(share);
    return tile;
  }
  function showHead() {
    if (shownHead === state.head) return;
    shownHead = state.head;
    if (watcher) watcher.disconnect();
    byId('cards').textContent = '';
    byId('index').textContent = '';
    entries = report.heads[Number(shownHead)].clusters.map((cluster) => ({ cluster, card: cardOf(cluster), tile: tileOf(cluster) }));
  }

  // --- Search ---

  const plain = (text) => text.toLowerCase().replace(/_/g, ' ');
  const plainClasses = report.classes.map(plain);
  const plainIds = report.ids.map(plain);
  const classTotals = new Map();
  for (const cluster of report.heads[report.best].clusters) {
    for (const [label, count] of cluster.labels) classTotals.set(label, (classTotals.get(label) || 0) + count);
  }

  // What of the query every cluster has: by number, {score, lines}.
  function search(query) {
    const hits = new Map();
    const add = (number, score, line) => {
      const hit = hits.get(number) || { score: 0, lines: [] };
      hit.score += score;
      hit.lines.push(line);
      hits.set(number, hit);
    };
    const head = report.heads[Number(state.head)];
    if (/^#?\d+$/.test(query)) {
      const number = Number(query.replace('#', ''));
      if (head.clusters.some((cluster) => cluster.number === number)) return hits.set(number, { score: 1, lines: [] });
    }
    const text = plain(query);
    for (const cluster of head.clusters) {
      for (const [label, count] of cluster.labels) {
        if (plainClasses[label] !== undefined && plainClasses[label].includes(text)) {
          add(cluster.number, count, className(label) + ': ' + count + ' of ' + classTotals.get(label));
        }
      }
    }
    plainIds.forEach((id, video) => {
      const searched = text.includes('/') ? id : id.replace(/^.*\//, '');
      if (searched.includes(text)) add(head.of[video], 1, 'video ' + report.ids[video]);
    });
    return hits;
  }
  function showFound(card, hit) {
    const found = card.querySelector('.found');
    const lines = hit ? hit.lines : [];
    const more = lines.length > 3 ? ', ' + (lines.length - 3) + ' more' : '';
    found.textContent = lines.slice(0, 3).join(', ') + more;
    found.hidden = lines.length === 0;
  }
  function orderOf(hits) {
    const compare = sorts[state.sort];
    const sign = state.reverse ? -1 : 1;
    return entries.slice().sort((a, b) => {
      if (hits && state.sort === 'number') {
        const better = (hits.get(b.cluster.number) || { score: 0 }).score - (hits.get(a.cluster.number) || { score: 0 }).score;
        if (better !== 0) return sign * better;
      }
      return sign * compare(a.cluster, b.cluster) || a.cluster.number - b.cluster.number;
    });
  }
  function showClusters() {
    const query = state.q.trim();
    const hits = query === '' ? null : search(query);
    let clusters = 0, videos = 0;
    const cards = document.createDocumentFragment(), tiles = document.createDocumentFragment();
    for (const entry of orderOf(hits)) {
      const hit = hits ? hits.get(entry.cluster.number) : null;
      entry.card.hidden = entry.tile.hidden = hits !== null && hit === undefined;
      showFound(entry.card, hit);
      if (!entry.card.hidden) {
        clusters += 1;
        videos += entry.cluster.size;
      }
      cards.append(entry.card);
      tiles.append(entry.tile);
    }
    byId('cards').append(cards);
    byId('index').append(tiles);
    let text = clusters + (hits ? ' of ' + entries.length : '') + (clusters === 1 ? ' cluster' : ' clusters') + ', ' + videos + (videos === 1 ? ' video' : ' videos');
    if (hits && state.sort === 'number' && clusters > 1) text += ', best matches first';
    if (clusters === 0) text = 'Nothing matches "' + query + '"';
    if (hits && !report.complete) text += '; of the videos, only the pictured ones can be searched for';
    byId('count').textContent = text;
  }

  // --- State, address, controls ---

  function readAddress() {
    const hash = window.location.hash.slice(1);
    const next = Object.assign({}, defaults);
    const cluster = /^cluster-(\d+)$/.exec(hash);
    if (cluster) {
      next.cluster = cluster[1];
    } else if (hash.includes('=')) {
      for (const [key, value] of new URLSearchParams(hash)) {
        if (has(next, key)) next[key] = value;
      }
    } else {
      next.cluster = new URLSearchParams(window.location.search).get('id') || '';
    }
    if (!has(sorts, next.sort)) next.sort = defaults.sort;
    if (!/^\d+$/.test(next.head) || !has(report.heads, next.head)) next.head = defaults.head;
    if (next.labels !== 'off') next.labels = 'on';
    state = next;
  }
  function writeAddress() {
    const parts = new URLSearchParams();
    for (const key of Object.keys(defaults)) {
      if (state[key] !== defaults[key]) parts.set(key, state[key]);
    }
    const text = parts.toString();
    const cluster = /^cluster=(\d+)$/.exec(text);
    try {
      const address = text === '' ? window.location.pathname + window.location.search : '#' + (cluster ? 'cluster-' + cluster[1] : text);
      window.history.replaceState(null, '', address);
    } catch (error) {
      // Some places where a page may lie have no history: the page works, its state cannot be linked.
    }
  }
  function show() {
    showHead();
    document.body.classList.toggle('unlabelled', state.labels === 'off');
    byId('labels').setAttribute('aria-pressed', String(state.labels !== 'off'));
    if (byId('query').value !== state.q) byId('query').value = state.q;
    byId('sort').value = state.sort;
    byId('direction').textContent = state.reverse ? '\u2193' : '\u2191';
    byId('head').value = state.head;
    showClusters();
  }
  function change(part) {
    Object.assign(state, { cluster: '' }, part);
    show();
    mark();
    writeAddress();
  }
  function entryOf(number) {
    return entries.find((entry) => String(entry.cluster.number) === String(number));
  }
  function mark() {
    for (const entry of entries) entry.card.classList.toggle('target', String(entry.cluster.number) === state.cluster);
  }
  function visit(number) {
    const entry = entryOf(number);
    if (!entry) {
      state.cluster = '';
      mark();
      return;
    }
    if (entry.card.hidden) {
      state.q = '';
      show();
    }
    state.cluster = String(number);
    mark();
    writeAddress();
    entry.card.scrollIntoView({ block: 'start' });
    entry.card.focus({ preventScroll: true });
    // Cards above get their true heights only now.
    window.requestAnimationFrame(() => entry.card.scrollIntoView({ block: 'start' }));
  }
  function visible() {
    return Array.from(byId('cards').children).filter((card) => !card.hidden).map((card) => card.id.replace('cluster-', ''));
  }
  function visitRandom() {
    const numbers = visible();
    if (numbers.length > 0) visit(numbers[Math.floor(Math.random() * numbers.length)]);
  }
  function step(by) {
    const numbers = visible();
    if (numbers.length === 0) return;
    const at = numbers.indexOf(state.cluster);
    visit(numbers[at < 0 ? 0 : Math.min(Math.max(at + by, 0), numbers.length - 1)]);
  }
  function setMotion(on) {
    document.body.classList.toggle('moving', on);
    byId('motion').setAttribute('aria-pressed', String(on));
  }
  // The controls stay at the top and would hide what a link leads to.
  function keepClearOfTools() {
    document.documentElement.style.scrollPaddingTop = document.querySelector('.tools').offsetHeight + 14 + 'px';
  }
  function fillControls() {
    report.heads.forEach((head, index) => {
      const best = index === report.best && report.heads.length > 1 ? ', best' : '';
      const option = make('option', '', head.name + ' (NMI ' + (100 * head.nmi).toFixed(1) + best + ')');
      option.value = String(index);
      byId('head').append(option);
    });
    byId('head-field').hidden = report.heads.length < 2;
    byId('motion').hidden = !report.pictures;
    document.querySelectorAll('.tools, .index, .hint').forEach((element) => { element.hidden = false; });
    const root = document.documentElement.style;
    root.setProperty('--frames', String(report.frames));
    root.setProperty('--still', (report.frames > 1 ? 100 * Math.floor(report.frames / 2) / (report.frames - 1) : 0) + '%');
    setMotion(!window.matchMedia('(prefers-reduced-motion: reduce)').matches);
    keepClearOfTools();
  }
  // The keys of clusters are theirs only while somebody is looking at them.
  function inSight() {
    const box = byId('clusters').getBoundingClientRect();
    return byId('clusters').contains(document.activeElement) || (box.top < window.innerHeight / 2 && box.bottom > window.innerHeight / 2);
  }
  function listen() {
    byId('query').addEventListener('input', (event) => change({ q: event.target.value }));
    byId('sort').addEventListener('change', (event) => change({ sort: event.target.value, reverse: '' }));
    byId('head').addEventListener('change', (event) => change({ head: event.target.value }));
    byId('direction').addEventListener('click', () => change({ reverse: state.reverse ? '' : '1' }));
    byId('labels').addEventListener('click', () => change({ labels: state.labels === 'off' ? 'on' : 'off' }));
    byId('random').addEventListener('click', visitRandom);
    byId('motion').addEventListener('click', () => setMotion(!document.body.classList.contains('moving')));
    document.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target === byId('query')) {
        if (event.key === 'Escape') change({ q: '' });
        return;
      }
      if (event.target.tagName === 'SELECT' || !inSight()) return;
      const keys = { '/': () => byId('query').focus(), j: () => step(1), k: () => step(-1), r: visitRandom };
      if (keys[event.key]) {
        event.preventDefault();
        keys[event.key]();
      }
    });
    window.addEventListener('hashchange', open);
    window.addEventListener('resize', keepClearOfTools);
  }
  function open() {
    const hash = window.location.hash.slice(1);
    if (hash !== '' && !/^cluster-\d+$/.test(hash) && byId(hash)) return;  // a link to another part of the page
    readAddress();
    show();
    if (state.cluster !== '') visit(state.cluster);
    mark();
  }

  fillControls();
  listen();
  readAddress();
  show();
  if (state.cluster !== '') visit(state.cluster);
}());
