/// The only script of a page: clicking a heading sorts the table.
enum PageScript {
  /// Must not contain `<`, `>` or `&`; see `Markup.code`.
  static let text = """

    'use strict';
    document.querySelectorAll('table.sortable').forEach(function (table) {
      var heads = Array.from(table.tHead.rows[0].cells);
      heads.forEach(function (head, column) {
        var isText = head.className === 'text';
        var button = document.createElement('button');
        button.type = 'button';
        button.append.apply(button, Array.from(head.childNodes));
        head.append(button);
        button.addEventListener('click', function () {
          var was = head.getAttribute('aria-sort');
          var now = (was ? was === 'ascending' : !isText) ? 'descending' : 'ascending';
          heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
          head.setAttribute('aria-sort', now);
          var body = table.tBodies[0];
          var rows = Array.from(body.rows);
          rows.sort(function (a, b) {
            var x = a.cells[column].dataset.value, y = b.cells[column].dataset.value;
            var order = isText ? x.localeCompare(y) : x - y;
            return now === 'ascending' ? order : -order;
          });
          body.append.apply(body, rows);
        });
      });
    });

    """
}
