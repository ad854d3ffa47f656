using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Planning.Products;

/// <summary>
/// A product of a layer, described once and whole: result = left · W or Wᵀ + terms + epilogue. The printers for the CPU and for
/// ILGPU print from this description.
/// </summary>
/// <param name="Name">The method's name.</param>
/// <param name="Formula">The formula, for the comment above the kernel.</param>
/// <param name="Left">The name of the activations or gradients: rows x the summed features.</param>
/// <param name="Result">The name of the result: rows x the other features.</param>
/// <param name="Weight">The frozen weight.</param>
/// <param name="Terms">What is added to the product with the weight.</param>
/// <param name="Epilogue">What is done to a result before it is written.</param>
/// <param name="Computes">The type of numbers that it computes in.</param>
/// <param name="CpuTiling">The blocks of the product on the CPU.</param>
/// <param name="AcceleratorTiling">The tiles of the product on accelerators.</param>
internal sealed record Product(
    string Name,
    string Formula,
    string Left,
    string Result,
    WeightOperand Weight,
    EquatableArray<Term> Terms,
    Epilogue Epilogue,
    ElementType Computes,
    CpuTiling CpuTiling,
    AcceleratorTiling AcceleratorTiling)
{
    private static readonly AcceleratorTiling s_acceleratorTiling = new(Depth: 8, Held: 8, Side: 8);


    /// <summary>y = x Wᵀ + Σ s·u Bᵀ + bias.</summary>
    public static Product Forward(LinearConfiguration configuration) => new(
        "Forward",
        configuration.Rank == 0 ? "y = x Wᵀ + bias" : "y = x Wᵀ + Σ s·u Bᵀ + bias",
        "x",
        "y",
        new WeightOperand(configuration.Stored, WeightUse.Transposed),
        Term.OfForward(configuration),
        new Epilogue(HasBias: true),
        ElementType.Float32,
        new CpuTiling(Rows: 192, Depth: 1024),
        s_acceleratorTiling);

    /// <summary>dx = dy W + Σ v A.</summary>
    public static Product InputGradient(LinearConfiguration configuration) => new(
        "InputGradient",
        configuration.Rank == 0 ? "dx = dy W" : "dx = dy W + Σ v A",
        "dy",
        "dx",
        new WeightOperand(configuration.Stored, WeightUse.AsStored),
        Term.OfInputGradient(configuration),
        new Epilogue(HasBias: false),
        ElementType.Float32,
        new CpuTiling(Rows: 128, Depth: 256),
        s_acceleratorTiling);
}
