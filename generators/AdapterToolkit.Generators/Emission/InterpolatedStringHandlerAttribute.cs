namespace System.Runtime.CompilerServices;

/// <summary>Marks a type that interpolated strings can be built by. The compiler knows it by its name; the oldest framework that it runs on has none.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
internal sealed class InterpolatedStringHandlerAttribute : Attribute;
