using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Training;

/// <summary>What a process contributes to a parameter's gradient.</summary>
/// <param name="Index">Which of the parameters that train it is: the same in all processes.</param>
/// <param name="Parameter">The parameter.</param>
/// <param name="Sums">The sums, in the order of their sequences; none where no sequence of the process contributes.</param>
public sealed record GradientContribution(int Index, Parameter Parameter, IReadOnlyList<PartialSum<Tensor>> Sums);
