import CGlimpseKernels

/// The image kernels of the instruction set that this process uses.
enum ImageKernels {
  static let chosen: gk_image_table = {
    guard let table = gk_table_for(gk_chosen_isa(), GK_FLOAT32) else {
      preconditionFailure("GLIMPSE_ISA names no instruction set that this machine can run")
    }
    return table.pointee.image
  }()
}
