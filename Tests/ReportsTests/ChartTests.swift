import TestSupport
import Testing

@testable import Reports

/// The parts that pages are made of.
struct ChartTests {
  @Test func textIsEscapedEverywhere() {
    let piece = Markup.element("a", ["title": "\"<'&'>\""], "x < y & z > \u{1}\n")
    #expect(
      piece.source
        == "<a title=\"&quot;&lt;&#39;&amp;&#39;&gt;&quot;\">x &lt; y &amp; z &gt; \u{FFFD}\n</a>")
    let name = "</title>"
    let interpolated: Markup = "class \(name)"
    #expect(interpolated.source == "class &lt;/title&gt;")
    #expect(Markup.element("br").source == "<br/>")
    #expect(PageReader(Markup.element("p", [:], "a", .element("br"), "b").source).issue == nil)
  }

  @Test func styleAndScriptNeedNoEscapes() {
    #expect(!PageStyle.text.contains { "<>&".contains($0) })
    #expect(!PageScript.text.contains { "<>&".contains($0) })
  }

  @Test func ticksAreRound() {
    #expect(
      ChartScale.ticks(in: 0...1, about: 5).map(ChartAxis.plain) == [
        "0", "0.2", "0.4", "0.6", "0.8", "1",
      ])
    #expect(ChartScale.ticks(in: 0...7, about: 5) == [0, 2, 4, 6])
    #expect(
      ChartScale.ticks(in: -0.3...0.3, about: 3).map(ChartAxis.plain) == ["-0.2", "0", "0.2"])
    #expect(ChartScale.ticks(in: 0...230_000, about: 5) == [0, 50_000, 100_000, 150_000, 200_000])
    #expect(ChartScale.ticks(in: 5...5, about: 5) == [5])
  }

  @Test func scalesStayInTheChart() {
    let scale = ChartScale(domain: 0...2, start: 200, end: 0)
    #expect([0, 1, 2].map { scale($0) } == [200, 100, 0])
    #expect([-5, 5, .infinity].map { scale($0) } == [200, 0, 0])
    #expect(ChartScale(domain: 1...1, start: 10, end: 20)(1) == 10)
    #expect([1.0, 2.04, -0.06].map(SVG.coordinate) == ["1", "2", "-0.1"])
  }

  private func elements(_ markup: Markup) -> PageReader {
    let reader = PageReader("<div>" + markup.source + "</div>")
    #expect(reader.issue == nil)
    return reader
  }

  @Test func linesArePaths() {
    let chart = LineChart(
      label: "a & b",
      frame: ChartFrame(x: ChartAxis(title: "x"), y: ChartAxis(title: "y"), height: 250),
      lines: [
        .init(name: "one", points: [(0, 0), (1, 1)], style: "series-1", mark: (0.5, 0.5)),
        .init(name: "two", points: [(0, 1)], style: "muted", isNamed: false),
      ])
    let reader = elements(chart.markup)
    #expect(reader.all("svg").first?.attributes["aria-label"] == "a & b")
    // Margins: 46 left, 14 right, 10 above, 40 below, of 360 x 250.
    #expect(reader.all("path").map { $0.attributes["d"] } == ["M46 210L346 10", "M46 10"])
    #expect(reader.all("circle").first?.attributes["cx"] == "196")
    #expect(reader.all("ul").isEmpty, "one name needs no legend")
  }

  @Test func barsBeginAtZero() {
    let chart = BarChart(
      label: "bars", domain: -1...1,
      bars: [
        .init(name: "up", value: 0.5, text: "a", interval: (0.25, 1)),
        .init(name: "down, with a name that is long", value: -1, text: "b"),
      ], nameWidth: 60, textWidth: 100)
    let reader = elements(chart.markup)
    // 200 units for -1...1, from 60 on: 0 is at 160.
    let bars = reader.all("rect")
    #expect(bars.map { $0.attributes["x"] } == ["160", "60"])
    #expect(bars.map { $0.attributes["width"] } == ["50", "100"])
    #expect(reader.all("line").filter { $0.attributes["class"] == "whisker" }.count == 3)
    #expect(reader.all("text").contains { $0.text == "down, …" })
    #expect(reader.all("title").contains { $0.text == "down, with a name that is long: b" })
  }

  @Test func cellsAreShadedByRow() {
    let map = HeatMap(
      label: "confusion", rowTitle: "is", columnTitle: "found as", names: ["cat", "dog"],
      counts: [[3, 1], [0, 0]])
    let reader = elements(map.markup)
    let cells = reader.all("rect").map { $0.attributes["fill-opacity"] }
    // 3 of 4 are 15 twentieths: 0.04 + 0.96 * 0.75; 1 of 4: 0.04 + 0.96 * 0.25.
    #expect(cells == ["0.76", "0.28", "0.04", "0.04"])
    #expect(reader.all("title").map(\.text).contains("cat → dog: 1 of 4"))
    #expect(map.width < ChartFrame.width + 1)
    let names = (0..<30).map { "class \($0)" }
    let wide = HeatMap(
      label: "wide", rowTitle: "", columnTitle: "", names: names,
      counts: names.map { _ in names.map { _ in 100_000 } })
    #expect(wide.width > ChartFrame.width + 1)
    #expect(elements(wide.markup).all("text").allSatisfy { $0.text != "100000" }, "no room")
  }
}
