using AdapterToolkit.Devices;
using ILGPU;

namespace AdapterToolkit.Tensors;

/// <summary>
/// Numbers of one <see cref="ElementType"/> in row-major order on a device: float32 unless something else is said. A tensor is held by whoever made it or
/// called <see cref="Retain"/>, and its memory goes back to the device's pool when the last holder calls <see cref="Release"/>.
/// </summary>
public sealed partial class Tensor : IDisposable
{
    private readonly DeviceBuffer _buffer;
    private readonly long _offset;
    private readonly Tensor? _owner;
    private int _holders = 1;

    private Tensor(DeviceBuffer buffer, long offset, Shape shape, ElementType elementType, Tensor? owner)
    {
        _buffer = buffer;
        _offset = offset;
        _owner = owner;
        Shape = shape;
        ElementType = elementType;
    }

    /// <summary>The device that holds the numbers.</summary>
    public ComputeDevice Device => _buffer.Device;

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>What the numbers are. Operators, models and optimizers compute in float32.</summary>
    public ElementType ElementType { get; }

    /// <summary>How many rows of features there are: the product of all dimensions but the last.</summary>
    public int Rows => Shape.Rows;

    /// <summary>How many features a row has: the last dimension.</summary>
    public int Columns => Shape.Columns;

    /// <summary>Whether the tensor's memory is still held.</summary>
    internal bool IsHeld => Volatile.Read(ref _holders) > 0;

    /// <summary>The bytes of the numbers, without the pool's rounding.</summary>
    public long Bytes => (long)Shape.Elements * ElementType.Size();

    /// <summary>The numbers of a float32 tensor, for kernels on the CPU device.</summary>
    /// <exception cref="InvalidOperationException">The tensor is on another device, or has elements of another type.</exception>
    /// <exception cref="ObjectDisposedException">Nobody holds the tensor any more, or its device is disposed.</exception>
    public Span<float> Span => SpanOf<float>();

    /// <summary>Identifies the memory, so that bytes that several records hold are counted once.</summary>
    internal object Memory => _buffer;

    /// <summary>The memory, which may be another tensor's as soon as nobody holds this one.</summary>
    private DeviceBuffer Held
    {
        get
        {
            ObjectDisposedException.ThrowIf(!IsHeld, this);
            return _buffer;
        }
    }

    /// <summary>Makes a tensor with undefined contents.</summary>
    /// <param name="device">The device to put it on.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="elementType">What its elements are.</param>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    public static Tensor Allocate(ComputeDevice device, Shape shape, ElementType elementType = ElementType.Float32)
    {
        ArgumentNullException.ThrowIfNull(device);
        Tensor tensor = new(device.Pool.Rent((long)shape.Elements * elementType.Size()), 0, shape, elementType, owner: null);
        TensorScope.Current?.Add(tensor);
        return tensor;
    }

    /// <summary>Makes a tensor of zeros.</summary>
    /// <param name="device">The device to put it on.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="elementType">What its elements are.</param>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    public static Tensor Zeros(ComputeDevice device, Shape shape, ElementType elementType = ElementType.Float32)
    {
        Tensor tensor = Allocate(device, shape, elementType);
        tensor.Clear();
        return tensor;
    }

    /// <summary>Makes a tensor of the given numbers.</summary>
    /// <param name="device">The device to put it on.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="values">The numbers in row-major order.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the shape holds.</exception>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    public static Tensor From(ComputeDevice device, Shape shape, ReadOnlySpan<float> values) => Of(device, shape, values);

    /// <summary>Makes a tensor of numbers of any type.</summary>
    /// <typeparam name="T">The numbers' type, which says the tensor's.</typeparam>
    /// <param name="device">The device to put it on.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="values">The numbers in row-major order.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the shape holds.</exception>
    /// <exception cref="DeviceMemoryException">The device has no room.</exception>
    internal static Tensor Of<T>(ComputeDevice device, Shape shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        RequireCount(shape, values.Length, nameof(values));
        Tensor tensor = Allocate(device, shape, ElementStorage.TypeOf<T>());
        tensor._buffer.CopyFrom(0, values);
        return tensor;
    }

    /// <summary>Makes a tensor of the same shape and element type on the same device, with undefined contents.</summary>
    public Tensor AllocateLike() => Allocate(Device, Shape, ElementType);

    /// <summary>The numbers, for kernels on the CPU device.</summary>
    /// <typeparam name="T">What C# holds them in: <see langword="ushort"/> where they have 16 bits.</typeparam>
    /// <exception cref="InvalidOperationException">The tensor is on another device, or has elements of another type.</exception>
    /// <exception cref="ObjectDisposedException">Nobody holds the tensor any more, or its device is disposed.</exception>
    public Span<T> SpanOf<T>()
        where T : unmanaged
    {
        RequireType<T>();
        return Held.SpanOf<T>(_offset, Shape.Elements);
    }

    /// <summary>The numbers, for kernels of an accelerator; see <see cref="CustomKernels"/>.</summary>
    /// <typeparam name="T">What C# holds them in.</typeparam>
    /// <exception cref="InvalidOperationException">The tensor is on the CPU device, or has elements of another type.</exception>
    /// <exception cref="ObjectDisposedException">Nobody holds the tensor any more, or its device is disposed.</exception>
    internal ArrayView<T> OnAccelerator<T>()
        where T : unmanaged
    {
        RequireType<T>();
        return Held.ViewOf<T>(_offset, Shape.Elements);
    }

    /// <summary>Adds a holder: the memory stays until <see cref="Release"/> was called once more.</summary>
    /// <returns>This tensor.</returns>
    public Tensor Retain()
    {
        ObjectDisposedException.ThrowIf(!IsHeld, this);
        Interlocked.Increment(ref _holders);
        return this;
    }

    /// <summary>Gives up one hold. The last one gives the memory back to the pool.</summary>
    /// <exception cref="ObjectDisposedException">Nobody holds the tensor any more.</exception>
    public void Release()
    {
        int holders = Interlocked.Decrement(ref _holders);
        ObjectDisposedException.ThrowIf(holders < 0, this);
        if (holders == 0)
            GiveBack();
    }

    /// <summary>Gives up one hold, as <see cref="Release"/> does; nothing happens where nobody holds the tensor any more.</summary>
    public void Dispose()
    {
        int holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _holders, holders - 1, holders);
            if (seen == holders)
            {
                if (holders == 1)
                    GiveBack();
                return;
            }

            holders = seen;
        }
    }

    /// <summary>Sees the same numbers in another shape. The result holds this tensor.</summary>
    /// <param name="shape">The other shape, of as many numbers.</param>
    /// <exception cref="ArgumentException">The shapes hold different numbers of elements.</exception>
    public Tensor Reshape(Shape shape)
    {
        if (shape.Elements != Shape.Elements)
        {
            throw new ArgumentException(
                $"A tensor of shape {Shape} can't be seen as {shape}: {Shape.Elements} numbers against {shape.Elements}.", nameof(shape));
        }

        return SeenAs(_offset, shape);
    }

    /// <summary>Sees some rows of a tensor. The result holds this tensor.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many rows.</param>
    /// <returns>A tensor of count x columns.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tensor does not have these rows.</exception>
    public Tensor SliceRows(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)first + count, Rows, nameof(count));
        return SeenAs(_offset + ((long)first * Columns * ElementType.Size()), new Shape(count, Columns));
    }

    /// <summary>Copies the numbers of a float32 tensor out of the device.</summary>
    /// <returns>The numbers in row-major order.</returns>
    /// <exception cref="InvalidOperationException">The tensor has elements of another type.</exception>
    public float[] ToArray() => Read<float>();

    /// <summary>Copies the numbers of a float32 tensor out of the device.</summary>
    /// <param name="destination">Where to put them: as many as the tensor holds.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The tensor has elements of another type.</exception>
    public void CopyTo(Span<float> destination) => Read(destination);

    /// <summary>Replaces the numbers of a float32 tensor.</summary>
    /// <param name="values">The new numbers in row-major order: as many as the tensor holds.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the shape holds.</exception>
    /// <exception cref="InvalidOperationException">The tensor has elements of another type.</exception>
    public void CopyFrom(ReadOnlySpan<float> values) => Write(values);

    /// <summary>Copies numbers of any type out of the device.</summary>
    /// <typeparam name="T">What C# holds them in.</typeparam>
    /// <exception cref="InvalidOperationException">The tensor has elements of another type.</exception>
    internal T[] Read<T>()
        where T : unmanaged
    {
        T[] values = GC.AllocateUninitializedArray<T>(Shape.Elements);
        Read<T>(values);
        return values;
    }

    /// <summary>Copies numbers of any type out of the device.</summary>
    /// <typeparam name="T">What C# holds them in.</typeparam>
    /// <param name="destination">Where to put them: as many as the tensor holds.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The tensor has elements of another type.</exception>
    internal void Read<T>(Span<T> destination)
        where T : unmanaged
    {
        RequireType<T>();
        if (destination.Length != Shape.Elements)
        {
            throw new ArgumentException(
                $"A tensor of shape {Shape} holds {Shape.Elements} numbers, but there is room for {destination.Length}.", nameof(destination));
        }

        Held.CopyTo(_offset, destination);
    }

    /// <summary>Replaces numbers of any type.</summary>
    /// <typeparam name="T">What C# holds them in.</typeparam>
    /// <param name="values">The new numbers in row-major order: as many as the tensor holds.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the shape holds.</exception>
    /// <exception cref="InvalidOperationException">The tensor has elements of another type.</exception>
    internal void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        RequireType<T>();
        RequireCount(Shape, values.Length, nameof(values));
        Held.CopyFrom(_offset, values);
    }

    /// <summary>Copies the first bytes out of the device, whatever they stand for.</summary>
    /// <param name="bytes">Where to put them: as many as the tensor has at most.</param>
    internal void ReadBytes(Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Bytes, nameof(bytes));
        Held.CopyTo(_offset, bytes);
    }

    /// <summary>Replaces the first bytes, whatever they stand for; the others stay.</summary>
    /// <param name="bytes">The bytes: as many as the tensor has at most.</param>
    internal void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Bytes, nameof(bytes));
        Held.CopyFrom(_offset, bytes);
    }

    /// <summary>Sets all numbers to zero.</summary>
    public void Clear() => Held.Clear(_offset, Bytes);

    /// <summary>The shape, the element type where it is not float32, and the device.</summary>
    public override string ToString() => $"Tensor {Shape}{(ElementType == ElementType.Float32 ? "" : $" of {ElementType}")} on {Device.Identifier}";

    /// <summary>Whether nobody else holds the memory, so that the only holder may overwrite it.</summary>
    internal bool IsHeldOnce => Volatile.Read(ref _holders) == 1 && (_owner is null || _owner.IsHeldOnce);

    /// <summary>Gives the memory back to the pool, however many hold the tensor.</summary>
    internal void TakeBack()
    {
        if (Interlocked.Exchange(ref _holders, 0) > 0)
            GiveBack();
    }

    private static void RequireCount(Shape shape, int count, string name)
    {
        if (count != shape.Elements)
            throw new ArgumentException($"A tensor of shape {shape} holds {shape.Elements} numbers, but {count} were given.", name);
    }

    private void RequireType<T>()
        where T : unmanaged
    {
        if (!ElementType.IsHeldIn<T>())
        {
            throw new InvalidOperationException(
                $"The tensor {Shape} on {Device.Identifier} holds {ElementType}, and can't be read or written as {typeof(T).Name}.");
        }
    }

    private void GiveBack()
    {
        if (_owner is null)
            Device.Pool.Return(_buffer);
        else
            _owner.Release();
    }

    private Tensor SeenAs(long offset, Shape shape)
    {
        Tensor tensor = new(_buffer, offset, shape, ElementType, owner: Retain());
        TensorScope.Current?.Add(tensor);
        return tensor;
    }
}
