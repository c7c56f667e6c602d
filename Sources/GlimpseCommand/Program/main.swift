// One line, and no closures: what is written in main.swift belongs to the main actor.
Program.start()
