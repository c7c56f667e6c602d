/// The style sheet: light and dark mode, wide and narrow screens, print.
enum PageStyle {
  /// Must not contain `<`, `>` or `&`; see `Markup.code`.
  static let text = colors + layout + tables + charts + gallery + issues + narrow + print

  private static let colors = """

    :root { color-scheme: light dark;
      --paper: #f6f7f9; --card: #ffffff; --ink: #1b1f27; --soft: #5b6472; --edge: #e1e5eb;
      --grid: #e8ebf0; --accent: #2457c5;
      --c1: #2f66d0; --c2: #d9730d; --c3: #1a8f5c; --c4: #9a4fc4; --c5: #c9344d; --c6: #0e8a9c;
      --c7: #8a6d1f; --c8: #5d6b82; --heat: 36, 87, 197; --heat-ink: #ffffff; }
    @media (prefers-color-scheme: dark) { :root {
      --paper: #12151b; --card: #1b2028; --ink: #e6e9ef; --soft: #9aa5b5; --edge: #2c333f;
      --grid: #29303b; --accent: #8fb4ff;
      --c1: #7aa5ff; --c2: #f5a04f; --c3: #55c894; --c4: #c792ea; --c5: #ff7d8e; --c6: #5bc8d8;
      --c7: #d6b75c; --c8: #a3b0c4; --heat: 122, 165, 255; --heat-ink: #0d1117; } }

    """

  private static let layout = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
    main { max-width: 1160px; margin: 0 auto; padding: 40px 24px 64px; }
    h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 8px;
      overflow-wrap: anywhere; }
    h2 { font-size: 21px; line-height: 1.3; margin: 0 0 4px; }
    section { margin-top: 48px; }
    p { margin: 0 0 12px; }
    .eyebrow { color: var(--accent); font-size: 13px; font-weight: 600; letter-spacing: 0.06em;
      text-transform: uppercase; margin: 0 0 6px; }
    .lead { color: var(--soft); max-width: 72ch; margin-bottom: 16px; }
    .note { color: var(--soft); font-size: 13.5px; line-height: 1.45; margin: 10px 0 0; }
    .facts { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 0; padding: 0; list-style: none;
      color: var(--soft); font-size: 14.5px; }
    .facts b { color: var(--ink); font-weight: 600; overflow-wrap: anywhere; }
    .cards { display: grid; gap: 16px;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 336px), 1fr)); }
    .cards.four { grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
    h2 + .cards, h2 + .advice { margin-top: 14px; }
    .card { margin: 0; padding: 16px; background: var(--card); border: 1px solid var(--edge);
      border-radius: 10px; min-width: 0; }
    .card figcaption { font-size: 15px; font-weight: 600; margin-bottom: 10px; }
    .card svg { display: block; width: 100%; max-width: 440px; height: auto; margin: 0 auto; }
    .card.wide { overflow-x: auto; }
    .card.wide svg { max-width: none; }
    .map { margin: 0 auto; }
    .tiles { display: grid; gap: 12px; margin-top: 24px;
      grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); }
    .tile { background: var(--card); border: 1px solid var(--edge); border-radius: 10px;
      padding: 14px 16px; }
    .tile dt { color: var(--soft); font-size: 13.5px; }
    .tile dd { margin: 0; font-size: 28px; line-height: 1.25; font-weight: 650;
      font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
    .tile dd.range { font-size: 13px; font-weight: 400; color: var(--soft); letter-spacing: 0;
      min-height: 1.25em; }
    .advice { margin: 0; padding: 0; list-style: none; display: grid; gap: 10px; }
    .advice li { background: var(--card); border: 1px solid var(--edge); border-radius: 10px;
      border-left: 4px solid var(--accent); padding: 12px 16px; }
    .advice b { display: block; }
    .advice span { color: var(--soft); }
    footer { margin-top: 48px; padding-top: 16px; border-top: 1px solid var(--edge);
      color: var(--soft); font-size: 13.5px; }

    """

  private static let tables = """
    .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--edge);
      border-radius: 10px; }
    .card .scroll { border: 0; border-radius: 0; margin-top: 4px; }
    table { border-collapse: collapse; width: 100%; font-size: 14.5px;
      font-variant-numeric: tabular-nums; }
    th, td { padding: 8px 12px; text-align: right; white-space: nowrap;
      border-bottom: 1px solid var(--edge); }
    tbody tr:last-child td { border-bottom: 0; }
    tfoot td { font-weight: 600; border-top: 2px solid var(--edge); border-bottom: 0; }
    th { color: var(--soft); font-weight: 600; font-size: 13px; vertical-align: bottom; }
    th.text, td.text { text-align: left; }
    td.text { max-width: 260px; overflow: hidden; text-overflow: ellipsis; }
    .sortable th.text, .sortable td.text { position: sticky; left: 0; background: var(--card);
      max-width: 42vw; }
    td.words { text-align: left; white-space: normal; min-width: 124px; color: var(--soft); }
    .range { color: var(--soft); font-size: 12.5px; }
    .card th:first-child, .card td:first-child { padding-left: 0; }
    .card th:last-child, .card td:last-child { padding-right: 0; }
    th button { font: inherit; color: inherit; background: none; border: 0; padding: 0;
      cursor: pointer; }
    th button:hover { color: var(--ink); }
    th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    th button::after { content: " \\2195"; opacity: 0.35; }
    th[aria-sort=descending] button::after { content: " \\2193"; opacity: 1; }
    th[aria-sort=ascending] button::after { content: " \\2191"; opacity: 1; }
    .sortable td { padding-top: 6px; padding-bottom: 6px; line-height: 1.3; }
    .better { color: var(--c3); }
    .worse { color: var(--c5); }

    """

  private static let charts = """
    svg text { font-family: inherit; font-variant-numeric: tabular-nums; fill: var(--ink); }
    svg .grid { stroke: var(--grid); stroke-width: 1; }
    svg .tick { font-size: 11px; fill: var(--soft); }
    svg .axis-title { font-size: 11.5px; fill: var(--soft); }
    svg .baseline { stroke: var(--soft); stroke-width: 1; opacity: 0.6; }
    svg .whisker { stroke: var(--ink); stroke-width: 1.25; opacity: 0.75; }
    svg .bar-name { font-size: 12px; }
    svg .bar-text { font-size: 12px; fill: var(--soft); }
    svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    svg .curve.muted { stroke: var(--soft); stroke-width: 1; opacity: 0.28; }
    svg .curve.guide { stroke: var(--soft); stroke-width: 1.25; stroke-dasharray: 4 4; }
    svg .curve.strong { stroke: var(--ink); stroke-width: 2.5; }
    svg .mark { fill: var(--card); stroke-width: 2; }
    svg .heat { fill: rgb(var(--heat)); }
    svg .heat-light { font-size: 11px; }
    svg .heat-dark { font-size: 11px; fill: var(--heat-ink); }
    .series-1 { --s: var(--c1); } .series-2 { --s: var(--c2); } .series-3 { --s: var(--c3); }
    .series-4 { --s: var(--c4); } .series-5 { --s: var(--c5); } .series-6 { --s: var(--c6); }
    .series-7 { --s: var(--c7); } .series-8 { --s: var(--c8); } .strong { --s: var(--ink); }
    .guide, .muted { --s: var(--soft); }
    svg .curve, svg .mark { stroke: var(--s); }
    svg .bar { fill: var(--s); rx: 2px; }
    svg .pale { fill-opacity: 0.35; }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0; padding: 0;
      list-style: none; font-size: 13px; color: var(--soft); }
    .legend li { overflow-wrap: anywhere; }
    .swatch { display: inline-block; width: 14px; height: 3px; border-radius: 2px;
      background: var(--s); margin-right: 6px; vertical-align: middle; }

    """

  private static let gallery = """
    .gallery { display: grid; gap: 16px; align-items: start;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr)); }
    .gallery figure { margin: 0; background: var(--card); border: 1px solid var(--edge);
      border-radius: 10px; overflow: hidden; }
    .gallery svg { display: block; width: 100%; height: auto; background: var(--grid); }
    .gallery figcaption { padding: 10px 12px; font-size: 13px; line-height: 1.4; }
    .gallery b { display: block; font-weight: 600; overflow-wrap: anywhere; }
    .gallery span { color: var(--soft); }
    .box { fill: none; vector-effect: non-scaling-stroke; stroke-width: 2; stroke: var(--s); }
    .box.dashed { stroke-dasharray: 5 3; }
    .halo { fill: none; vector-effect: non-scaling-stroke; stroke-width: 4; stroke: #000000;
      opacity: 0.45; }
    svg .box-label { fill: var(--s); stroke: #000000; stroke-opacity: 0.75; paint-order: stroke;
      stroke-linejoin: round; font-weight: 600; }
    .found { --s: #58d68d; } .false { --s: #ff5c6c; } .missed { --s: #ffb02e; }
    .wrong { --s: #c58bff; } .predicted { --s: #4d8bff; }
    .gallery .series-1 { --s: #7aa5ff; } .gallery .series-2 { --s: #ffa94d; }
    .gallery .series-3 { --s: #58d68d; } .gallery .series-4 { --s: #d59bff; }
    .gallery .series-5 { --s: #ff6b7d; } .gallery .series-6 { --s: #5cd9ea; }
    .gallery .series-7 { --s: #ffe066; } .gallery .series-8 { --s: #e9edf3; }
    .key { display: inline-block; width: 12px; height: 12px; border: 2px solid var(--s);
      border-radius: 2px; margin-right: 6px; vertical-align: -1px; }

    """

  private static let issues = """
    .issues { display: grid; gap: 12px; }
    .issues details { padding: 12px 16px; }
    .issues summary { cursor: pointer; font-weight: 600; }
    .issues summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .issues .count { color: var(--soft); font-weight: 400; }
    .issues table { margin-top: 8px; }
    .issues td { vertical-align: top; white-space: normal; overflow-wrap: anywhere; }
    .issues td.place { text-align: left; width: 42%; padding-left: 0;
      font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
    .badge { font-size: 12px; font-weight: 600; padding: 2px 8px; border-radius: 10px;
      border: 1px solid currentColor; margin-right: 4px; }
    .badge.error { color: var(--c5); }
    .badge.warning { color: var(--c2); }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 2px; }
    .gallery.wide { grid-template-columns: repeat(auto-fill, minmax(min(100%, 500px), 1fr)); }

    """

  private static let narrow = """
    @media (max-width: 560px) {
      main { padding: 24px 16px 48px; }
      h1 { font-size: 24px; }
      h2 { font-size: 19px; }
      section { margin-top: 36px; }
      .card { padding: 14px 12px; }
      .gallery.wide .pair { grid-template-columns: 1fr; }
      .tile dd { font-size: 24px; }
      th, td { padding: 8px 9px; }
      .issues td { display: block; padding: 6px 0 0; border: 0; }
      .issues td.place { width: auto; }
      .issues td.words { padding-bottom: 6px; border-bottom: 1px solid var(--edge); }
    }

    """

  private static let print = """
    @media print {
      :root { --paper: #ffffff; --card: #ffffff; --ink: #000000; --soft: #444444; --edge: #cccccc;
        --grid: #e2e2e2; --accent: #1d4aa8; --c1: #2f66d0; --c2: #c4640a; --c3: #14744a;
        --c4: #8440ad; --c5: #b32a41; --c6: #0b7080; --c7: #75601c; --c8: #4e5a6e;
        --heat: 36, 87, 197; --heat-ink: #ffffff; color-scheme: light; }
      * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
      body { font-size: 11pt; }
      main { max-width: none; padding: 0; }
      section { margin-top: 24pt; }
      h2, .lead, .legend { break-after: avoid; }
      tfoot { display: table-row-group; }
      .tiles { grid-template-columns: repeat(7, 1fr); }
      .tile { padding: 8px 10px; }
      .tile dd { font-size: 20px; }
      .tile dd.range { font-size: 10px; }
      .card, .tile, .gallery figure, .advice li, tr { break-inside: avoid; }
      .cards, .cards.four { grid-template-columns: 1fr 1fr; }
      .gallery { grid-template-columns: repeat(3, 1fr); }
      .gallery.wide { grid-template-columns: repeat(2, 1fr); }
      .scroll { overflow: visible; }
      th button::after { content: ""; }
    }

    """
}
