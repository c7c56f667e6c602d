// Only this call, because top-level code in main.swift is isolated to the main actor.
Program.start()
