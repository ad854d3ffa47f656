namespace AdapterToolkit.Tensors;

/// <summary>How the elements of an <see cref="ElementType"/> are held in memory.</summary>
internal static class ElementStorage
{
    /// <summary>The bytes of one element.</summary>
    /// <param name="type">The element's type.</param>
    internal static int Size(this ElementType type) => type switch
    {
        ElementType.UInt8 => sizeof(byte),
        ElementType.BFloat16 or ElementType.Float16 => sizeof(ushort),
        ElementType.Float64 => sizeof(double),
        _ => sizeof(float),
    };

    /// <summary>Whether C# holds an element in a type of its own: those of 16 bits, which it does not compute in, in their bits.</summary>
    /// <typeparam name="T">C#'s type.</typeparam>
    /// <param name="type">The element's type.</param>
    internal static bool IsHeldIn<T>(this ElementType type)
        where T : unmanaged => type switch
        {
            ElementType.Float32 => typeof(T) == typeof(float),
            ElementType.Float64 => typeof(T) == typeof(double),
            ElementType.BFloat16 => typeof(T) == typeof(ushort),
            ElementType.Float16 => typeof(T) == typeof(ushort) || typeof(T) == typeof(Half),
            ElementType.Int32 => typeof(T) == typeof(int),
            ElementType.UInt32 => typeof(T) == typeof(uint),
            _ => typeof(T) == typeof(byte),
        };

    /// <summary>The type of elements that C# holds in a type of its own.</summary>
    /// <typeparam name="T">C#'s type.</typeparam>
    /// <exception cref="NotSupportedException">No tensor has elements of that type, or those of several types are held in it.</exception>
    internal static ElementType TypeOf<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? ElementType.Float32
        : typeof(T) == typeof(double) ? ElementType.Float64
        : typeof(T) == typeof(Half) ? ElementType.Float16
        : typeof(T) == typeof(int) ? ElementType.Int32
        : typeof(T) == typeof(uint) ? ElementType.UInt32
        : typeof(T) == typeof(byte) ? ElementType.UInt8
        : throw new NotSupportedException($"{typeof(T).Name} says no element type of a tensor.");
}
