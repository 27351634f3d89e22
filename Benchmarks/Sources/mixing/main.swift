import Rendering

print("voices: \(Renderer.slots)")
