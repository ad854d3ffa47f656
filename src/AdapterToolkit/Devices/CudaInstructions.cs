using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace AdapterToolkit.Devices;

/// <summary>
/// Functions of kernels that are one instruction on CUDA, which ILGPU does not write by itself, and several steps elsewhere. The steps
/// are the functions' meaning; CUDA's compiler gets the instruction in their place.
/// </summary>
internal static class CudaInstructions
{
    private const int ExponentOffset = 112 << 23;
    private const float SmallestNormal = 6.103515625e-5f;

    /// <summary>
    /// A half-precision number in float32, exactly: <c>cvt.f32.f16</c>. Elsewhere by its bits, since a device without half precision
    /// refuses a kernel that names it: the exponent is 112 below float32's; a subnormal number is read as if it were normal, with
    /// the smallest exponent, and the leading one that it does not have is subtracted.
    /// </summary>
    /// <param name="number">The number's 16 bits; those above them are zero.</param>
    [IntrinsicImplementation]
    public static float FromFloat16(uint number) => FromFloat16ByBits(number);

    /// <summary>The 32 bits that begin at a place of 64: <c>shf.r.wrap.b32</c>.</summary>
    /// <param name="low">The lower half of the 64 bits.</param>
    /// <param name="high">Their upper half.</param>
    /// <param name="shift">The place, 0 to 31.</param>
    [IntrinsicImplementation]
    public static uint FunnelShift(uint low, uint high, int shift) => FunnelShiftByParts(low, high, shift);

    /// <summary>Teaches a context's compilers the functions.</summary>
    /// <param name="builder">The context's builder.</param>
    public static Context.Builder Install(Context.Builder builder)
    {
        IntrinsicImplementationManager manager = builder.GetIntrinsicManager();
        Register(manager, FromFloat16, FromFloat16ByBits, ConvertFloat16);
        Register(manager, FunnelShift, FunnelShiftByParts, ShiftFunnel);
        return builder;
    }

    private static void Register(IntrinsicImplementationManager manager, Delegate function, Delegate steps, PTXIntrinsic.Handler instruction)
    {
        manager.RegisterMethod(function.Method, new CLIntrinsic(steps.Method, IntrinsicImplementationMode.Redirect));
        manager.RegisterMethod(function.Method, new PTXIntrinsic(instruction.Method, IntrinsicImplementationMode.GenerateCode));
    }

    private static float FromFloat16ByBits(uint number)
    {
        int magnitude = (int)(number & 0x7FFF);
        int isSubnormal = (int)((uint)((magnitude & 0x7C00) - 1) >> 31);
        float value = Interop.IntAsFloat((uint)((magnitude << 13) + ExponentOffset + (isSubnormal << 23))) - (isSubnormal * SmallestNormal);
        return Interop.IntAsFloat(Interop.FloatAsInt(value) | ((number & 0x8000) << 16));
    }

    private static uint FunnelShiftByParts(uint low, uint high, int shift) => (low >> shift) | (high << 1 << (31 - shift));

    private static void ConvertFloat16(PTXBackend backend, PTXCodeGenerator generator, Value call)
    {
        var half = generator.AllocateRegister(BasicValueType.Int16, PTXRegisterKind.Int16);
        using (var lowerHalf = generator.BeginCommand("cvt.u16.u32"))
        {
            lowerHalf.AppendArgument(half);
            lowerHalf.AppendArgument(generator.LoadPrimitive(call[0]));
        }

        var result = generator.AllocateHardware(call);
        using (var conversion = generator.BeginCommand("cvt.f32.f16"))
        {
            conversion.AppendArgument(result);
            conversion.AppendArgument(half);
        }

        generator.FreeRegister(half);
    }

    private static void ShiftFunnel(PTXBackend backend, PTXCodeGenerator generator, Value call)
    {
        var result = generator.AllocateHardware(call);
        using var shift = generator.BeginCommand("shf.r.wrap.b32");
        shift.AppendArgument(result);
        for (int argument = 0; argument < 3; argument++)
            shift.AppendArgument(generator.LoadPrimitive(call[argument]));
    }
}
