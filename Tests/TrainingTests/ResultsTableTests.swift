import Testing

@testable import Training

@Suite struct ResultsTableTests {
  private var table: ResultsTable {
    ResultsTable(losses: ["box", "cls"], metrics: ["mAP50", "mAP50-95"])
  }

  /// The lines are written by hand.
  private static let lines = [
    "epoch,time,train/box_loss,train/cls_loss,val/box_loss,val/cls_loss,"
      + "metrics/mAP50,metrics/mAP50-95,lr,images_per_s,data_wait",
    "1,12.3,3.50000,1.25000,,,,,0.001,20.50,",
    "2,25.0,3.00000,1.00000,2.50000,0.50000,0.50000,0.25000,1.5e-07,21.00,0.0312",
  ]

  @Test func rowsAreWrittenAndRead() {
    var table = table
    table.append([
      "epoch": 1, "time": 12.34, "train/box_loss": 3.5, "train/cls_loss": 1.25, "lr": 0.001,
      "images_per_s": 20.5,
    ])
    table.append([
      "epoch": 2, "time": 25, "train/box_loss": 3, "train/cls_loss": 1, "val/box_loss": 2.5,
      "val/cls_loss": 0.5, "metrics/mAP50": 0.5, "metrics/mAP50-95": 0.25, "lr": 1.5e-7,
      "images_per_s": 21, "data_wait": 0.0312,
    ])
    #expect(table.csv == Self.lines.joined(separator: "\n") + "\n")
    for (epochs, count) in [(0, 0), (1, 1), (9, 2)] {
      var read = self.table
      read.read(csv: table.csv, epochs: epochs)
      #expect(read.rows.count == count)
      if count == 2 { #expect(read.csv == table.csv) }
    }
  }

  @Test func columnsAreFoundByTheirNames() {
    var read = table
    read.read(csv: "lr,other,epoch,metrics/mAP50\r\n0.5,7,1,\nx,7,2,0.25\n1,1,x,1\n", epochs: 9)
    #expect(read.rows == [["lr": 0.5, "epoch": 1], ["epoch": 2, "metrics/mAP50": 0.25]])
    read.read(csv: "", epochs: 9)
    #expect(read.rows.count == 2)
  }
}
