using System.Runtime.CompilerServices;

namespace AdapterToolkit.Generators.Differentiation;

/// <summary>Tells objects apart that are equal by value: two operations of a graph may read alike.</summary>
internal sealed class ReferenceEqualityComparer<T> : IEqualityComparer<T>
    where T : class
{
    public static ReferenceEqualityComparer<T> Instance { get; } = new();

    public bool Equals(T? x, T? y) => ReferenceEquals(x, y);

    public int GetHashCode(T obj) => RuntimeHelpers.GetHashCode(obj);
}
