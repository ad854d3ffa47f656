namespace AdapterToolkit.Modules;

/// <summary>A module inside another one.</summary>
/// <param name="Name">Its part of the checkpoint's names; several parts are joined by dots.</param>
/// <param name="Module">The module.</param>
/// <param name="Trainable">Whether its own weight trains (<see cref="TrainableAttribute"/>).</param>
public readonly record struct ModuleChild(string Name, Module Module, bool Trainable = false);
