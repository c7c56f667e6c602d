import Testing

@testable import GlimpseCommand

@Suite struct HelpPageTests {
  private let page = HelpPage(columns: 100, isStyled: false).command(
    CommandDescription(Sampler.self))

  /// Written by hand: what one should see.
  @Test func optionsAreAlignedAndGroupedWithDefaultsAndUnits() {
    let expected = """
      Results:
        -c, --conf <score>         Lowest score of a box that is kept [from 0 to 1; default: 0.25]
            --imgsz <pixels>       Side of the square that the network sees [a multiple of 32, at most
                                   4096; default: 416]
            --max-det <boxes>      Most boxes that are kept an image [at least 1; default: 300]
            --lr <number>          Learning rate at the start [above 0; default: 0.01]
            --classes <class,...>  Classes that are kept [default: all]
            --color <word>         Color of the boxes [red, green, blue; default: red]

      Training:
            --epochs <number>      Passes over the training images [at least 1; default: 100]
            --seed <number>        Start of all that is random [default: 0]

      Files:
        -w, --weights <file>       Weights to use [default: the built-in ones]
            --no-save              Write no images
        -j, --json                 Print one line of JSON an image
            --recipe <file>        Settings to begin with

      General:
        -h, --help                 Print this help

      Examples:
        glimpse sample --conf 0.5 cat.jpg
            Keep only boxes with a score of 0.5 and more.

      """
    #expect(page.contains(expected))
    #expect(page.contains("\nUsage: glimpse sample [options] <path>...\n"))
  }

  @Test(arguments: [20, 60, 80, 100, 250])
  func linesFitIntoTheTerminal(columns: Int) {
    let page = HelpPage(columns: columns, isStyled: false).command(CommandDescription(Sampler.self))
    let widest = page.split(separator: "\n").map(\.count).max() ?? 0
    #expect(widest <= min(max(columns, 60), 100))
  }

  @Test func headingsAreBoldOnlyOnRequest() {
    #expect(!page.contains("\u{1B}"))
    let styled = HelpPage(columns: 100, isStyled: true).command(CommandDescription(Sampler.self))
    #expect(styled.contains("\u{1B}[1mUsage:\u{1B}[0m"))
  }

  /// What every command of the program must keep, so that help and parsing stay sound.
  @Test func declarationsOfAllCommandsAreSound() {
    for command in CommandList.all { checkDeclarations(of: command) }
    checkDeclarations(of: Sampler.self)
    #expect(Set(CommandList.names).count == CommandList.names.count)
  }

  private func checkDeclarations<C: Command>(of command: C.Type) {
    let options = C.options.groups.flatMap(\.options)
    let names = options.flatMap { [$0.name] + $0.aliases }
    let shorts = options.compactMap(\.short)
    #expect(Set(names).count == names.count, "\(C.name): names differ")
    #expect(Set(shorts).count == shorts.count, "\(C.name): letters differ")
    #expect(!names.contains("help") && !shorts.contains("h"))
    for option in options {
      let isPlain = (option.name + option.aliases.joined()).allSatisfy {
        $0.isLowercase || $0.isNumber || $0 == "-"
      }
      #expect(isPlain, "\(C.name) --\(option.name): lower case and dashes")
      #expect(!option.help.hasSuffix("."), "\(C.name) --\(option.name): no full stop")
      #expect(option.help.first?.isUppercase == true)
    }
    #expect(!C.summary.hasSuffix("."))
    #expect(C.summary.count <= 80)
    // Only the last place may take any number of arguments.
    #expect(C.arguments.dropLast().allSatisfy { $0.count.upperBound < Int.max })
    for line in C.examples.map(\.key) { #expect(line.contains("glimpse \(C.name)")) }
  }
}
